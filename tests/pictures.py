"""Makes the README's pictures: `python tests/pictures.py [FOLDER]`, into tests/pictures/.

One card of each kind, front and back, as the real engine renders it and Chromium shows it: on a
phone in light, on a desktop in dark. Look at them before you commit them.
"""

from __future__ import annotations

import html
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # where `tests` is, for a script in it

from deckgen.build import compile_deck, package
from deckgen.engine.preview import RenderedCard, page, rendered_cards
from tests.browser import open_browser

PROJECT = Path(__file__).parent.parent

CARDS = {
    "basic": ("mass-line/lichang-ganqing", 1),
    "cloze": ("mass-line/jingpin", 2),
    "concept": ("mass-line/qunzhong-luxian", 1),
    "principle": ("mass-line/yi-min-wei-ben", 103),
    "quotation": ("mass-line/wulou", 2),
    "list": ("mass-line/yu-shui", 2),
    "passage": ("mass-line/liliang-yuanquan", 3),
}
"""For each kind the `ID` field of a note, and the number of its card."""


@dataclass(frozen=True)
class Look:
    """A screen: its width in CSS pixels, and how many cards stand side by side on the sheet."""

    name: str
    dark: bool
    width: int
    columns: int
    behind: str
    caption: str


LOOKS = (
    Look("phone-light", False, 360, 2, "#e4dfd3", "#5d574c"),
    Look("desktop-dark", True, 760, 1, "#0f0e0d", "#a19a8c"),
)

FIT = """() => {
  for (const card of document.querySelectorAll(".card")) {
    const sides = [...card.querySelectorAll("iframe")];
    const heights = sides.map(side => side.contentDocument.querySelector("#qa").offsetHeight);
    for (const side of sides) side.style.height = `${Math.max(...heights)}px`;
  }
}"""


def main(folder: Path) -> None:
    """Write one picture for each look."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = chosen_cards()
    with open_browser() as browser:
        for look in LOOKS:
            tab = browser.new_page(viewport={"width": 100, "height": 100})
            tab.set_viewport_size({"width": look.columns * (2 * look.width + 48), "height": 800})
            tab.set_content(sheet(shown, look))
            tab.evaluate(FIT)
            target = folder / f"{look.name}.png"
            tab.screenshot(path=target, full_page=True)
            print(f"{target}: {target.stat().st_size / 1000:.0f} kB")


def chosen_cards() -> dict[str, RenderedCard]:
    """Build the deck, and return a card of each kind."""
    compiled = compile_deck(PROJECT / "cards", int(time.time()))
    if compiled.content is None:
        raise SystemExit("the deck has errors: run `deckgen check`")
    with tempfile.TemporaryDirectory() as temporary:
        built = Path(temporary) / "deck.apkg"
        built.write_bytes(package(compiled.content))
        cards = {(card.note, card.ord + 1): card for card in rendered_cards(built)}
    return {kind: cards[wanted] for kind, wanted in CARDS.items()}


def sheet(cards: dict[str, RenderedCard], look: Look) -> str:
    """Return a page that shows the cards, each front beside its back."""
    shown = "".join(
        f'<div class="card"><p>{kind}</p>'
        + "".join(
            f'<iframe srcdoc="{html.escape(page(card, side, dark=look.dark))}"></iframe>'
            for side in ("question", "answer")
        )
        + "</div>"
        for kind, card in cards.items()
    )
    return f"""<!doctype html><meta charset="utf-8"><style>
        body {{ columns: {look.columns}; column-gap: 32px; margin: 20px; }}
        body {{ background: {look.behind}; }}
        .card {{ break-inside: avoid; padding-bottom: 20px; white-space: nowrap; }}
        p {{ margin: 0 0 6px; color: {look.caption}; font: 15px system-ui, sans-serif; }}
        iframe {{ width: {look.width}px; border: 0; border-radius: 8px; }}
        iframe + iframe {{ margin-left: 8px; }}
    </style>{shown}"""


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures")
