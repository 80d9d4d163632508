"""A run for a terminal or a log: plain lines, figures first."""

from collections.abc import Iterable, Iterator, Sequence

from evals.domain import Figure, Result
from evals.gating.explaining import explain
from evals.reporting.contents import Report, changes, figure, measures, reasons, right_of, slices, spread, tables
from evals.reporting.falls import decided
from evals.reporting.words import amount, interval

_LISTED = 20


def terminal(report: Report) -> str:
    """The headline, the figures, the cases that changed sides, and last, where it is still in sight, the verdict."""
    figures = [*_measures(report), "", *_slices(report), *_tables(report)]
    return "\n".join([*_headline(report), "", *figures, *_changed(report), "", *_verdict(report)])


def wrong(results: Iterable[Result]) -> str:
    """Every case that went wrong, with the reasons and what was said."""
    return "\n".join(line for result in results if not result.right for line in _case(result))


def _headline(report: Report) -> Iterator[str]:
    yield right_of(report)
    if found := figure(report.figures, "as_in_use"):
        yield f"As in use: {amount('as_in_use', found.value)} ({interval(found)})"
    if shares := spread(report):
        yield f"Repeat by repeat: {', '.join(f'{share:.1%}' for share in shares)}"


def _verdict(report: Report) -> Iterator[str]:
    yield explain(report.verdict, report.results) if report.verdict else decided(None)


def _measures(report: Report) -> Iterator[str]:
    yield f"{'measure':22} {'figure':>8}  {'95% interval':18} {'cases':>5}  baseline"
    for one in measures(report):
        before = figure(report.before, one.measure)
        yield f"{one.measure:22} {_figure(one)}  {amount(one.measure, before.value) if before else ''}".rstrip()


def _slices(report: Report) -> Iterator[str]:
    for by in ("campaign", "kind"):
        yield f"right by {by}"
        for name, one in slices(report, by):
            before = figure(report.before, one.measure, one.slice)
            yield f"  {name:28} {_figure(one)}  {amount(one.measure, before.value) if before else ''}".rstrip()
        yield ""


def _tables(report: Report) -> Iterator[str]:
    for table in tables(report):
        yield table.title
        for row in (table.columns, *table.rows):
            yield "  " + f"{row[0]:28} " + " ".join(f"{cell:>12}" for cell in row[1:])
        yield ""


def _changed(report: Report) -> Iterator[str]:
    if report.baseline is None:
        return
    found = changes(report)
    yield from _listed("no longer right", found.worse)
    yield from _listed("right now, and wrong in the baseline", found.better)
    yield f"new: {len(found.new)}, gone: {len(found.gone)}{f' ({_named(found.gone)})' if found.gone else ''}"


def _listed(title: str, results: Sequence[Result]) -> Iterator[str]:
    yield f"{title}: {len(results)}"
    for result in results[:_LISTED]:
        yield from (f"  {line}" for line in _case(result))
    if len(results) > _LISTED:
        yield f"  and {len(results) - _LISTED} more"


def _case(result: Result) -> Iterator[str]:
    yield f"{result.case.id}: {result.case.question}"
    yield f"  {' '.join(reasons(result))}"
    yield f"  said: {shortened(result.answer.text)}"


def shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else flat[:200].rstrip() + " ..."


def _figure(one: Figure) -> str:
    return f"{amount(one.measure, one.value):>8}  {interval(one):18} {one.cases:>5}"


def _named(cases: Sequence[str]) -> str:
    rest = f" and {len(cases) - _LISTED} more" if len(cases) > _LISTED else ""
    return ", ".join(cases[:_LISTED]) + rest
