"""Mathematics as browsers show it: Anki's window brings MathJax, its engine leaves TeX as it is."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

from latex2mathml.converter import convert_to_element

_TEX = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_BREAK, _TAG = re.compile(r"<br ?/?>"), re.compile(r"<[^>]*>")


def typeset(html: str) -> str:
    r"""Return a side's HTML with MathML for `\(…\)` and `\[…\]`; what is no TeX stays as it is."""
    return _TEX.sub(_typeset, html)


def _typeset(found: re.Match[str]) -> str:
    inline, display = found[1], found[2]
    tex = unescape(_TAG.sub("", _BREAK.sub("\n", inline or display)))
    try:
        element = convert_to_element(tex, display="inline" if inline else "block")
    except Exception:  # its errors have no class in common
        return found[0]
    # it leaves entities in texts, which would be escaped again
    for each in element.iter():
        each.text = unescape(each.text) if each.text else each.text
    return ET.tostring(element, encoding="unicode")
