"""The coverage of a deck's sources as one HTML page that needs nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources

from deckgen.coverage.measure import Coverage, Use, Wanted, percent, within
from deckgen.deck.deck import Deck
from deckgen.deck.note import Note
from deckgen.problem import Span
from deckgen.render.bare import bare
from deckgen.text.file import TextFile
from deckgen.text.passage import without_punctuation

DARKEST = 5
"""From so many notes on, the heat map gets no darker."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What every part of a source's page needs.

    prefix: begins the ids of its elements.
    editor: the URL template of an editor, or an empty text.
    """

    coverage: Coverage
    notes: Sequence[Note]
    language: str
    prefix: str
    editor: str

    def place(self, span: Span, file: TextFile) -> str:
        """Return the HTML of a place, linked where there is an editor."""
        shown = f"{escape(span.file)}:{span.line}"
        if not self.editor:
            return f'<span class="place">{shown}</span>'
        url = self.editor.replace("{path}", file.path.resolve().as_uri().removeprefix("file://"))
        url = url.replace("{line}", str(span.line)).replace("{column}", str(span.column))
        return f'<a class="place" href="{escape(url)}">{shown}</a>'

    def passage(self, place: range) -> str:
        """Return a link to a passage in the text, as it stands there."""
        text = self.coverage.source.joined[place.start : place.stop]
        return f'<a href="#{self.prefix}-{place.start}" lang="{self.language}">{escape(text)}</a>'

    def note(self, name: str) -> str:
        """Return a link to a note's entry."""
        return f'<a href="#{self.prefix}-{escape(name)}">{escape(name)}</a>'


def page(deck: Deck, coverages: Sequence[Coverage], editor: str = "") -> str:
    """Return the page.

    editor: the URL that opens a place in an editor, with `{path}`, `{line}` and `{column}`, e.g.
    `vscode://file/{path}:{line}:{column}`; without it places are not linked.
    """
    language = escape(deck.header.language)
    sources = [
        _source(
            _Context(
                coverage,
                [note for note in deck.notes.values() if note.source == coverage.source.name],
                language,
                f"source{at}",
                editor,
            )
        )
        for at, coverage in enumerate(coverages)
    ]
    template = (resources.files(__package__) / "page.html").read_text("utf-8")
    name = f'<span lang="{language}">{escape(deck.header.name)}</span>'
    return (
        template.replace("<!--title-->", f"{escape(deck.header.name)}: coverage")
        .replace("<!--name-->", name)
        .replace("<!--sources-->", "\n".join(sources) or "<p>This deck names no source.</p>")
    )


def _source(context: _Context) -> str:
    coverage, prefix = context.coverage, context.prefix
    covered, all_ = coverage.total()
    lacking = [each for each in coverage.wanted if not each.used and not each.listed.excuse]
    file = coverage.source.file
    legend = "".join(
        f'<li><span class="swatch d{depth}"></span>{depth}{"+" if depth == DARKEST else ""}</li>'
        for depth in range(1, DARKEST + 1)
    )
    return f"""
<section class="source" id="{prefix}">
<header>
<div class="share">
<p><b>{percent(covered, all_)}%</b> of <strong>{escape(coverage.source.name)}</strong></p>
<p>{covered:,} of {all_:,} characters outside headings</p>{_summary(coverage.wanted)}
<p>{context.place(Span(file.name), file)}</p></div>
<table class="sections"><caption>By section</caption>
<tbody>{"".join(_rows(context))}</tbody></table>
{_lacking(context, lacking)}
</header>
<div class="reading">
<div class="paper">
<div class="tools"><ul class="legend" aria-label="Notes that rest on a stretch">
<li>Notes:</li><li><span class="swatch bare"></span>none</li>{legend}</ul>
<label><input type="checkbox" class="only"> Uncovered only <kbd>u</kbd></label></div>
<div class="text" lang="{context.language}">{"".join(_text(context))}</div>
<p class="nothing">Every word of this source is covered.</p>
</div>
<aside class="cards" aria-label="Notes">
<div class="chosen" role="status"></div>
<ol>{"".join(_notes(context))}</ol>
</aside>
</div>
{_listed(context)}
{_groundless(context)}
</section>"""


def _summary(wanted: Sequence[Wanted]) -> str:
    lines = []
    for goal, what in ((False, "must-have passages"), (True, "goals")):
        those = [each for each in wanted if each.listed.goal is goal]
        used = sum(each.used for each in those)
        lines += [f"<p>{used:,} of {len(those):,} {what}</p>"] if those else []
    return "".join(lines)


def _rows(context: _Context) -> Iterator[str]:
    for at, section in enumerate(context.coverage.sections):
        covered, all_ = context.coverage.counts(section.body)
        part = percent(covered, all_)
        title = (
            f'<span lang="{context.language}">{escape(section.title)}</span>'
            if section.title
            else "before the first heading"
        )
        yield (
            f'<tr><th scope="row"><a href="#{context.prefix}-part{at}">{title}</a></th>'
            f'<td class="bar"><span style="width:{part}%"></span></td>'
            f'<td class="percent">{part}%</td>'
            f'<td class="count">{covered:,}/{all_:,}</td></tr>'
        )


def _lacking(context: _Context, lacking: Sequence[Wanted]) -> str:
    items = "".join(
        f"<li>{'goal' if each.listed.goal else '★'} <b>{escape(each.listed.id)}</b> "
        f"{context.passage(each.places[0]) if each.places else escape(each.listed.text)}</li>"
        for each in lacking
    )
    if not items:
        return ""
    return f'<div class="lacking"><h2>Listed passages that no card uses</h2><ul>{items}</ul></div>'


def _text(context: _Context) -> Iterator[str]:
    """Yield the source's text, character by character as it is, with its stretches marked."""
    coverage = context.coverage
    text, offsets = coverage.source.file.text, coverage.offsets
    at = 0
    for number, section in enumerate(coverage.sections):
        full = "" if coverage.missing(section.body) else " full"
        yield f'<section class="part{full}" id="{context.prefix}-part{number}">'
        for place, tag in ((section.heading, "h2"), (section.body, "div")):
            if place:
                start = offsets[place.start]
                yield escape(text[at:start], quote=False)
                at = start
            yield f"<{tag}>"
            for piece, notes in _pieces(context, place):
                start = offsets[piece.start]
                end = offsets[piece.stop] if piece.stop < len(offsets) else len(text)
                raw = text[start:end].rstrip()
                yield escape(text[at:start], quote=False)
                yield _piece(context, piece, notes, raw) if raw else ""
                at = start + len(raw)
            yield f"</{tag}>"
        if number == len(coverage.sections) - 1:
            yield escape(text[at:], quote=False)
        yield "</section>"


def _pieces(context: _Context, place: range) -> Iterator[tuple[range, tuple[str, ...]]]:
    """Yield a place's stretches, divided also where a passage starts that is linked to."""
    coverage = context.coverage
    linked: Iterable[Use | Wanted] = (*coverage.uses, *coverage.wanted)
    targets = {start.start for each in linked for start in each.places}
    for stretch in within(coverage.stretches, place):
        inner = (at for at in stretch.place[1:] if at in targets)
        cuts = [stretch.place.start, *inner, stretch.place.stop]
        for start, stop in itertools.pairwise(cuts):
            yield range(start, stop), stretch.notes


def _piece(context: _Context, piece: range, notes: tuple[str, ...], raw: str) -> str:
    identity = f'id="{context.prefix}-{piece.start}"'
    inner = escape(raw, quote=False)
    if not notes:
        if not without_punctuation(raw):
            return f'<span class="blank" {identity}>{inner}</span>'
        span = context.coverage.span(piece.start)
        return (
            f'<span class="bare" {identity} data-place="{span.line}:{span.column}" '
            f'title="no note rests on this ({escape(str(span))})">{inner}</span>'
        )
    names = escape(" ".join(notes))
    many = f"{len(notes)} note{'' if len(notes) == 1 else 's'}"
    return (
        f'<a class="d{min(len(notes), DARKEST)}" {identity} href="#{context.prefix}-{notes[0]}" '
        f'data-notes="{names}" title="{many}: {names.replace(" ", ", ")}">{inner}</a>'
    )


def _notes(context: _Context) -> Iterator[str]:
    for note, uses in itertools.groupby(context.coverage.uses, key=lambda use: use.note):
        name = escape(note.id or "")
        # a verbatim field that is given as evidence, too, is one passage
        unique = {use.ground.text: use for use in uses}.values()
        passages = "".join(_use(context, use) for use in unique)
        yield (
            f'<li id="{context.prefix}-{name}" data-note="{name}" tabindex="-1">'
            f'<p><b>{name}</b> <span class="kind">{note.kind}</span> '
            f"{context.place(note.at.span(), note.at.file)}</p>"
            f'<p class="title" lang="{context.language}">{escape(bare(note.title))}</p>'
            f"<ul>{passages}</ul></li>"
        )


def _use(context: _Context, use: Use) -> str:
    shown = context.passage(use.places[0]) if use.places else escape(use.ground.text)
    again = "".join(
        f' <a class="again" href="#{context.prefix}-{place.start}">again</a>'
        for place in use.places[1:]
    )
    fault = f' <span class="fault">does not count: {escape(use.fault)}</span>' if use.fault else ""
    return f"<li>{shown}{again}{fault}</li>"


def _listed(context: _Context) -> str:
    wanted = context.coverage.wanted
    if not wanted:
        return ""
    rows = "".join(
        f"<tr><td>{'goal' if each.listed.goal else '★'}</td>"
        f'<th scope="row">{escape(each.listed.id)}</th>'
        f"<td>{context.passage(each.places[0]) if each.places else escape(each.listed.text)}</td>"
        f"<td>{_status(context, each)}</td></tr>"
        for each in wanted
    )
    used = sum(each.used for each in wanted)
    return (
        f'<details class="listed"><summary>{used:,} of {len(wanted):,} listed passages are used'
        f"</summary><div><table><thead><tr><th></th><th>id</th><th>passage</th><th>notes</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></div></details>"
    )


def _status(context: _Context, wanted: Wanted) -> str:
    excuse = wanted.listed.excuse
    notes = ", ".join(map(context.note, wanted.notes))
    if wanted.used:
        return notes
    why = f"excused: {escape(excuse)}" if excuse else "<b>not used</b>"
    return f"{why}{f' (in part by {notes})' if notes else ''}"


def _groundless(context: _Context) -> str:
    grounded = {use.note.id for use in context.coverage.uses}
    items = "".join(
        f"<li><b>{escape(note.id or '')}</b> {context.place(note.at.span(), note.at.file)}</li>"
        for note in context.notes
        if note.id not in grounded
    )
    if not items:
        return ""
    return (
        f'<details class="groundless"><summary>{items.count("<li>"):,} notes rest on no passage'
        f"</summary><ul>{items}</ul></details>"
    )
