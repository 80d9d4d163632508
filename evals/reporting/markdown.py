"""A run as Markdown, as it is posted on a pull request: the verdict and the figures first, all else folded away."""

import re
from collections.abc import Iterator, Sequence

from evals.domain import Figure, Result
from evals.reporting.contents import Report, about, changes, figure, measures, reasons, right_of, slices, spread, tables
from evals.reporting.falls import Fallen, decided, fallen, notes, worse_results
from evals.reporting.meanings import meaning
from evals.reporting.terminal import shortened
from evals.reporting.words import amount, campaign_title, interval, kind_title

_LISTED = 20
_FALLS = 12
"""More would make the comment longer than GitHub takes (65,536 characters)."""

_PUNCTUATION = re.compile(r"[\\`*_{}\[\]#|<>&~$:]|(?<=www)\.")


def markdown(report: Report) -> str:
    """Whatever stands in a question or an answer is shown as text: it makes no markup, no link and no mention."""
    return "\n".join([*_headline(report), *_falls(report), *_measures(report), *_folded_away(report)]).rstrip() + "\n"


def _headline(report: Report) -> Iterator[str]:
    yield f"## Evaluation: {right_of(report)}"
    yield ""
    yield f"**{decided(report.verdict)}**"
    yield ""
    for note in notes(report.verdict):
        yield as_text(note)
        yield ""
    if found := figure(report.figures, "as_in_use"):
        yield f"As in use: {amount('as_in_use', found.value)} ({interval(found)}). {meaning('as_in_use').sentence}"
        yield ""
    if shares := spread(report):
        yield f"Repeat by repeat: {', '.join(f'{share:.1%}' for share in shares)}."
        yield ""
    if report.baseline is not None:
        found_changes = changes(report)
        yield (
            f"Since the baseline: {len(found_changes.worse)} no longer right, {len(found_changes.better)} right now, "
            f"{len(found_changes.new)} new, {len(found_changes.gone)} gone."
        )
        yield ""


def _falls(report: Report) -> Iterator[str]:
    falls = fallen(report.verdict) if report.verdict else ()
    for fall in falls[:_FALLS]:
        yield f"- {as_text(fall.what)} {_named(fall)}"
    if len(falls) > _FALLS:
        yield f"- and {len(falls) - _FALLS} more falls"
    if falls:
        yield ""
        yield from _folded("Answers that got worse at the gate", _cases(_first_of(falls, report.results)))


def _measures(report: Report) -> Iterator[str]:
    yield from _table(
        ("Measure", "Figure", "95% interval", "Cases", "Baseline"),
        [(meaning(one.measure).title, *_figure(one, report)) for one in measures(report)],
    )


def _folded_away(report: Report) -> Iterator[str]:
    for by, title in (("campaign", campaign_title), ("kind", kind_title)):
        rows = [(title(name), *_figure(one, report)) for name, one in slices(report, by)]
        columns = (by.capitalize(), "Right", "95% interval", "Cases", "Baseline")
        yield from _folded(f"Right by {by}", _table(columns, rows))
    for table in tables(report):
        yield from _folded(table.title, _table(table.columns, table.rows))
    if report.baseline is not None:
        found = changes(report)
        yield from _folded(f"No longer right ({len(found.worse)})", _cases(found.worse))
        yield from _folded(f"Right now ({len(found.better)})", _cases(found.better))
    yield from _folded("About this run", _table(("What", "Which"), about(report.run)))


def _figure(one: Figure, report: Report) -> tuple[str, ...]:
    before = figure(report.before, one.measure, one.slice)
    was = amount(one.measure, before.value) if before else ""
    return amount(one.measure, one.value), interval(one), str(one.cases), was


def _cases(results: Sequence[Result]) -> Iterator[str]:
    yield from _table(
        ("Case", "Question", "Why", "Said"),
        [
            (one.case.id, shortened(one.case.question), shortened(" ".join(reasons(one))), shortened(one.answer.text))
            for one in results[:_LISTED]
        ],
    )
    if len(results) > _LISTED:
        yield f"and {len(results) - _LISTED} more"
        yield ""


def _first_of(falls: Sequence[Fallen], results: Sequence[Result]) -> list[Result]:
    """A few answers of each fall, each answer once."""
    found = {id(one): one for fall in falls[:_FALLS] for one in worse_results(fall, results)[:3]}
    return list(found.values())


def _named(fall: Fallen) -> str:
    rest = f" and {len(fall.worse) - 3} more" if len(fall.worse) > 3 else ""
    return f"({', '.join(as_text(case) for case in fall.worse[:3])}{rest})"


def _folded(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(as_text, row))} |"
    yield ""


def as_text(text: str) -> str:
    """The text as Markdown that shows it as it is. A space of no width keeps @names and #1 from becoming links."""
    flat = re.sub(r"([@#])(?=\w)", "\\1\u200b", " ".join(text.split()))
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", flat)
