"""Problems as SARIF, which code scanning reads.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deckgen import __version__
from deckgen.problem import Code, Problem, Severity, Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}


def as_sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return a log with one run; its rules are those that have something to say."""
    codes = {code.slug: code for code in sorted(_codes(problems), key=lambda code: code.slug)}
    rules = list(codes)
    driver = {
        "name": "deckgen",
        "version": __version__,
        "rules": [_rule(code) for code in codes.values()],
    }
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "results": [_result(problem, rules) for problem in problems],
            }
        ],
    }


def _codes(problems: Sequence[Problem]) -> set[Code]:
    return {problem.code for problem in problems}


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.slug,
        "name": code.slug.title().replace("-", ""),
        "shortDescription": {"text": code.about.split(". ")[0].removesuffix(".") + "."},
        "fullDescription": {"text": code.about},
        "help": {"text": code.about},
        "defaultConfiguration": {"level": _LEVELS[code.severity]},
    }


def _result(problem: Problem, rules: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": problem.code.slug,
        "ruleIndex": rules.index(problem.code.slug),
        "level": _LEVELS[problem.code.severity],
        "message": {"text": problem.message},
        "locations": [_location(problem.span)],
    }
    if problem.related:
        result["relatedLocations"] = [
            {"id": at, **_location(span), "message": {"text": what}}
            for at, (span, what) in enumerate(problem.related)
        ]
    return result


def _location(span: Span) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": _file(span.file),
            "region": {"startLine": span.line, "startColumn": span.column},
        }
    }


def _file(name: str) -> dict[str, str]:
    """Return a file's place, from the working folder where it lies below it."""
    path = Path(name).absolute()
    if not path.is_relative_to(Path.cwd()):
        return {"uri": path.as_uri()}
    relative = path.relative_to(Path.cwd()).as_posix()
    return {"uri": urllib.parse.quote(relative), "uriBaseId": "%SRCROOT%"}
