"""A real browser, and what it shows of a card."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")

_VISIBLE = """() => {
  const shown = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, parent = text.parentElement;
    if (!parent.checkVisibility({
      opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true,
    })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter(box => box.width > 0 && box.height > 0);
    const uncovered = boxes.some(box => {
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      return top !== null && (top.contains(parent) || parent.contains(top));
    });
    if (uncovered) shown.push(text.data);
  }
  return shown.join("");
}"""

_INKS = """() => {
  const found = [];
  const parts = colour => {
    const numbers = colour.match(/[\\d.]+/g).map(Number);
    return numbers.length > 3 ? numbers : [...numbers, 1];
  };
  const over = (top, below) =>
    [0, 1, 2].map(at => top[at] * top[3] + below[at] * (1 - top[3]));
  const ground = element => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      if (getComputedStyle(each).opacity !== "1") throw new Error("opacity is not looked at");
      layers.unshift(parts(getComputedStyle(each).backgroundColor));
    }
    return layers.reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const note = (text, element, style, where) => {
    const behind = over(parts(style.backgroundColor), ground(element));
    found.push({ text, where, colours: [over(parts(style.color), behind), behind] });
  };
  for (const element of document.body.querySelectorAll("*")) {
    if (!element.checkVisibility({
      opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true,
    })) continue;
    const where = element.className || element.localName;
    const text = [...element.childNodes].filter(node => node.nodeType === 3)
      .map(node => node.data.trim()).join("");
    if (text) note(text, element, getComputedStyle(element), where);
    for (const generated of ["::before", "::after"]) {
      const style = getComputedStyle(element, generated);
      if (!["none", "normal", '""'].includes(style.content)) {
        note(style.content, element, style, where + generated);
      }
    }
  }
  return found;
}"""


@contextlib.contextmanager
def open_browser() -> Iterator[Browser]:
    """Open Debian's Chromium, or another one that is installed."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    assert found, "these tests need a browser: run `sh tests/setup.sh`"
    with sync_playwright() as playwright:
        # in a container Chromium has no sandbox of its own; it shows what these tests made
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def visible_text(page: Page) -> str:
    """Return the text that can be seen: laid out, not hidden by any style, and not covered.

    All of the page has to fit into its viewport.
    """
    shown: str = page.evaluate(_VISIBLE)
    return shown


@dataclass(frozen=True)
class Ink:
    """A piece of text as it is painted; colours are red, green and blue from 0 to 255."""

    text: str
    where: str
    colour: tuple[float, ...]
    ground: tuple[float, ...]

    @property
    def contrast(self) -> float:
        """The contrast ratio of WCAG 2, from 1 to 21."""
        dark, light = sorted(map(_luminance, (self.colour, self.ground)))
        return (light + 0.05) / (dark + 0.05)


def inks(page: Page) -> list[Ink]:
    """Return every visible text of a page, generated ones too, with its colours."""
    found = page.evaluate(_INKS)
    return [Ink(each["text"], each["where"], *map(tuple, each["colours"])) for each in found]


def _luminance(colour: tuple[float, ...]) -> float:
    # https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    linear = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in colour)
    )
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
