"""The words that the theme puts on cards, in the deck's language."""

from __future__ import annotations

from collections.abc import Mapping

Labels = Mapping[str, Mapping[str, str]]
"""Label by name, by language (`en`, `zh-Hans`, `zh-Hant`)."""

COMMON: Labels = {
    "en": {
        "background": "background",
        "unverified": "not verified",
        "occasion": "Occasion",
        "pitfalls": "Beware",
        "others": "More",
    },
    "zh-Hans": {
        "background": "背景",
        "unverified": "未核",
        "occasion": "场合",
        "pitfalls": "易误",
        "others": "其他",
    },
    "zh-Hant": {
        "background": "背景",
        "unverified": "未核",
        "occasion": "場合",
        "pitfalls": "易誤",
        "others": "其他",
    },
}

_REGIONS = {"en": "US", "ja": "JP", "ko": "KR", "zh": "CN"}
_TRADITIONAL = ("hant", "tw", "hk", "mo")


def labels_for(language: str, labels: Labels) -> dict[str, str]:
    """Return a language's labels; a language without its own gets the English ones."""
    return dict(labels[_nearest(language)])


def voice(language: str) -> str:
    """Return the locale that Anki's `{{tts}}` takes, e.g. `zh_CN` for `zh-Hans`."""
    primary, *rest = language.replace("_", "-").split("-")
    given = next((part for part in rest if len(part) == 2), None)
    if given is None and _nearest(language) == "zh-Hant":
        given = "TW"
    region = given or _REGIONS.get(primary.lower(), primary)
    return f"{primary.lower()}_{region.upper()}"


def _nearest(language: str) -> str:
    parts = language.lower().replace("_", "-").split("-")
    if parts[0] != "zh":
        return "en"
    return "zh-Hant" if any(part in _TRADITIONAL for part in parts) else "zh-Hans"
