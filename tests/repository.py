"""A deck in a real git repository: branches, merges, reverts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.project import Project

ATTRIBUTES = Path(__file__).parent.parent / "cards" / ".gitattributes"


class Repository:
    """A repository with a deck in `cards/`, whose lock is merged as README tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = Project(folder / "cards", "{name: Deck, id: deck, lessons: [One, Two]}")
        shutil.copy(ATTRIBUTES, self.project.folder)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "author@example.org")
        self.git("config", "user.name", "Author")

    def git(self, *arguments: str) -> str:
        """Run git, which has to succeed, and return what it prints."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit the deck and its lock, and return the commit."""
        self.git("add", "--all", "cards")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, start: str) -> None:
        """Go on from a commit on a new branch."""
        self.git("checkout", "-q", "-b", name, start)
