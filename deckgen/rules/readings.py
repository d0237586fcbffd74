"""Readings: ruby is set character by character, with tones, and right."""

from __future__ import annotations

import functools
import importlib
import re
import unicodedata
from collections.abc import Iterator

from deckgen.problem import Code, Severity
from deckgen.rules._rule import TextRule
from deckgen.rules._texts import Text
from deckgen.text.han import HAN, is_han

WIDE_RUBY = Code(
    "wide-ruby",
    Severity.ERROR,
    "A reading of one syllable stands above several characters, so that nobody can tell which it "
    "is of. Set it above its own character, or give all the syllables.",
)
TONELESS_RUBY = Code(
    "toneless-ruby",
    Severity.WARNING,
    "A reading in pinyin has no tone mark, which is half of how a syllable is said. Neutral "
    "syllables (de, le, zi …) need none.",
)
UNKNOWN_READING = Code(
    "unknown-reading",
    Severity.WARNING,
    "A reading is none that its character has, usually a slip of the tone. This is compared with "
    "the dictionary of pypinyin (https://pypi.org/project/pypinyin), and so runs only where that "
    "is installed: `pip install '.[pinyin]'`.",
)
CROWDED_RUBY = Code(
    "crowded-ruby",
    Severity.HINT,
    "Readings stand above many of a text's characters: they are read instead of the characters. "
    "Keep those that are hard.",
)

_RUBY = re.compile(r"\{([^{}|\n]+)\|([^{}|\n]+)\}")
_HAN = re.compile(f"[{HAN}]")
_TONES = "\u0304\u0301\u030c\u0300"  # macron, acute, caron, grave
_SYLLABLE = re.compile(r"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiouü]{1,3}(?:ng|n|r)?|[mn]g?")
_NEUTRAL = """
    a ba bo de di ge guo ha la le lo lou ma me men na ne qi shang tou wa ya yo zhe zi
"""
_SANDHI = {"一": ("yí", "yì"), "不": ("bú",)}


def wide_ruby(text: Text, _: float) -> str:
    """Complain of one syllable above several characters."""
    for base, reading in _pinyin(text):
        count = len(_HAN.findall(base))
        if count > 1 and _SYLLABLE.fullmatch(_without_tones(reading)) and _tones(reading) < 2:
            return f"“{reading}” is one syllable, and stands above the {count} characters {base}"
    return ""


def toneless_ruby(text: Text, _: float) -> str:
    """Complain of pinyin without tones."""
    for base, reading in _pinyin(text):
        if not _tones(reading) and not reading[-1:].isdigit() and reading not in _NEUTRAL.split():
            return f"“{reading}”, above {base}, has no tone mark"
    return ""


def unknown_reading(text: Text, _: float) -> str:
    """Complain of a reading that is not among its character's."""
    for base, reading in _pinyin(text):
        known = _readings(base) if len(base) == 1 and is_han(base) else ()
        if known and _tones(reading) and reading.lower() not in (*known, *_SANDHI.get(base, ())):
            return f"{base} is not read “{reading}”, but {' or '.join(known)}"
    return ""


def crowded_ruby(text: Text, limit: float) -> str:
    """Complain of readings above too large a share of a text."""
    found = _RUBY.findall(text.text)
    read = sum(len(_HAN.findall(base)) for base, _ in found)
    share = read / (len(_HAN.findall(text.text)) or 1)
    if text.path[0] == "readings" or len(found) < 3 or share <= limit:
        return ""
    above = f"readings stand above {share:.0%} of the characters, more than {limit:.0%}"
    return f"{above}: keep those that are hard"


def _pinyin(text: Text) -> Iterator[tuple[str, str]]:
    """Yield the texts with a reading in Latin letters, in a Chinese deck, with that reading."""
    if text.deck.header.language.lower().startswith("zh"):
        for base, written in _RUBY.findall(text.text):
            reading = unicodedata.normalize("NFC", written.strip())
            if _HAN.search(base) and reading[:1].isalpha() and ord(reading[0]) < 0x250:
                yield base, reading


def _tones(reading: str) -> int:
    return sum(mark in _TONES for mark in unicodedata.normalize("NFD", reading))


def _without_tones(reading: str) -> str:
    apart = unicodedata.normalize("NFD", reading.lower())
    return unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in _TONES))


@functools.cache
def _readings(character: str) -> tuple[str, ...]:
    """Return a character's readings in pinyin; nothing where no dictionary is installed."""
    try:
        # a dictionary of this size is read when a deck first needs it
        pypinyin = importlib.import_module("pypinyin")
    except ImportError:
        return ()
    (readings,) = pypinyin.pinyin(character, heteronym=True)
    return tuple(readings)


RULES = (
    TextRule(
        code=WIDE_RUBY,
        check=wide_ruby,
        signs=r"\|",
        hit='{kind: basic, front: "{宇下|yǔ}是什么地方？", back: 屋檐下面}',
        mended='{kind: basic, front: "{宇|yǔ}下是什么地方？", back: 屋檐下面}',
    ),
    TextRule(
        code=TONELESS_RUBY,
        check=toneless_ruby,
        signs=r"\|",
        hit="{kind: basic, front: '水能{载|zai}舟的下一句', back: 亦能覆舟}",
        mended="{kind: basic, front: '水能{载|zài}舟的下一句', back: 亦能覆舟}",
    ),
    TextRule(
        code=UNKNOWN_READING,
        check=unknown_reading,
        signs=r"\|",
        hit="{kind: basic, front: '水能{载|zái}舟的下一句', back: 亦能覆舟}",
        mended="{kind: basic, front: '水能{载|zài}舟的下一句', back: 亦能覆舟}",
    ),
    TextRule(
        code=CROWDED_RUBY,
        check=crowded_ruby,
        signs=r"\|",
        limit=0.3,
        hit='{kind: basic, front: "{水|shuǐ}{能|néng}{载|zài}{舟|zhōu}的下一句", back: 亦能覆舟}',
        mended="{kind: basic, front: '水能{载|zài}舟的下一句', back: 亦能覆舟}",
    ),
)
