"""A run as one HTML file for the secretariat: it works from disk, asks nobody for anything, and needs no script."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from evals.domain import Figure, Result
from evals.reporting.charts import Curve, drawn
from evals.reporting.contents import (
    HEADLINE,
    Report,
    Side,
    about,
    changes,
    figure,
    groups,
    measures,
    reasons,
    right_of,
    short_of_full,
    sides,
    slices,
    spread,
    tables,
    written,
)
from evals.reporting.falls import Fallen, decided, fallen, notes, worse_results
from evals.reporting.meanings import SUBJECTS, curve_meaning, meaning, subject
from evals.reporting.words import amount, campaign_title, interval, kind_title, moment, should

_HERE = Path(__file__).parent
_LISTED = 20
_SIDES_SHOWN = {Side.WORSE: "No longer right", Side.BETTER: "Right now", Side.NEW: "New"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A result as the page shows it; `anchor` is its id there."""

    anchor: str
    result: Result
    side: Side
    reasons: tuple[str, ...]
    lacking: list[tuple[str, float, str]]


@dataclass(frozen=True, slots=True)
class _Group:
    anchor: str
    title: str
    entries: list[_Entry]

    @property
    def right(self) -> int:
        return sum(entry.result.right for entry in self.entries)


@dataclass(frozen=True, slots=True)
class _Plot:
    anchor: str
    title: str
    sentence: str
    curve: Curve
    svg: Markup
    rows: list[tuple[str, str]]


def html(report: Report) -> str:
    """The page. All that comes from packs, questions and answers is escaped, and only our own script may run."""
    shown = _groups(report)
    of_result = {id(entry.result): entry for group in shown for entry in group.entries}
    return _template().render(
        report=report,
        headline=list(_headline(report)),
        falls=list(_falls(report, of_result)),
        groups=shown,
        tables=tables(report),
        subjects=_subjects(report),
        campaigns=[(campaign_title(name), one) for name, one in slices(report, "campaign")],
        kinds=[(kind_title(name), one) for name, one in slices(report, "kind")],
        campaign_choices=_choices(report, "campaign"),
        kind_choices=_choices(report, "kind"),
        plots=[_plot(curve, number) for number, curve in enumerate(report.curves, start=1)],
        about=about(report.run),
        before=lambda one: _before(report, one),
        **_changed(report, of_result),
    )


def _headline(report: Report) -> Iterable[tuple[str, str, str]]:
    """Title, figure, and what is to be known of it, a card each."""
    asked = written(report)
    for measure in HEADLINE:
        if found := figure(report.figures, measure):
            counted = f"{sum(result.right for result in asked)} of {len(asked)} answers. " if measure == "right" else ""
            about_it = f"{counted}95% interval {interval(found)}. {meaning(measure).sentence}"
            yield meaning(measure).title, amount(measure, found.value), about_it
    if report.baseline is not None:
        found_changes = changes(report)
        lost, won = len(found_changes.worse), len(found_changes.better)
        yield (
            "Since the baseline",
            f"{lost} worse, {won} better",
            "Answers that are no longer right, and answers that were wrong and are right now.",
        )
    if shares := spread(report):
        each = ", ".join(f"{share:.1%}" for share in shares)
        yield "Spread over repeats", f"{max(shares) - min(shares):.1%}", f"Right in each repeat: {each}."


def _subjects(report: Report) -> list[tuple[str, list[tuple[str, Figure]]]]:
    found = {about_it: [one for one in measures(report) if subject(one.measure) == about_it] for about_it in SUBJECTS}
    return [(about_it, [(meaning(one.measure).title, one) for one in ones]) for about_it, ones in found.items() if ones]


def _falls(report: Report, of_result: dict[int, _Entry]) -> Iterable[tuple[Fallen, list[_Entry], str]]:
    for fall in fallen(report.verdict) if report.verdict else ():
        entries = [of_result[id(result)] for result in worse_results(fall, report.results)]
        gone = sorted(set(fall.worse) - {entry.result.case.id for entry in entries})
        more = [f"{len(entries) - _LISTED} more"] if len(entries) > _LISTED else []
        yield fall, entries[:_LISTED], ", ".join([*more, *gone])


def _groups(report: Report) -> list[_Group]:
    stands, number = sides(report), 0
    shown: list[_Group] = []
    for (campaign, kind), results in groups(report).items():
        entries = []
        for result in results:
            number += 1
            side = stands[result.case.id]
            entries.append(_Entry(f"case-{number}", result, side, reasons(result), short_of_full(result)))
        shown.append(_Group(f"group-{len(shown) + 1}", f"{campaign_title(campaign)}: {kind_title(kind)}", entries))
    return shown


def _changed(report: Report, of_result: dict[int, _Entry]) -> dict[str, Sequence[Any]]:
    found = changes(report)
    listed = {"worse": found.worse, "better": found.better, "new": found.new}
    return {name: [of_result[id(result)] for result in results] for name, results in listed.items()} | {
        "gone": list(found.gone)
    }


def _choices(report: Report, by: str) -> list[tuple[str, str]]:
    title = campaign_title if by == "campaign" else kind_title
    return sorted(((value, title(value)) for value in {getattr(one.case, by) for one in report.results}), key=_title)


def _title(choice: tuple[str, str]) -> str:
    return choice[1]


def _plot(curve: Curve, number: int) -> _Plot:
    about_it, anchor = curve_meaning(curve.name), f"curve-{number}"
    rows = [(f"{x:.1%}", f"{y:.1%}") for x, y in curve.points]
    svg = drawn(curve, title=about_it.title, anchor=anchor)
    return _Plot(anchor, about_it.title, about_it.sentence, curve, svg, rows)


def _before(report: Report, one: Figure) -> str:
    found = figure(report.before, one.measure, one.slice)
    return amount(one.measure, found.value) if found else ""


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    for name in ("style", "script"):
        text = (_HERE / ("page.css" if name == "style" else "page.js")).read_text(encoding="utf-8")
        environment.globals[name] = Markup(text)  # noqa: S704 - our own file
        environment.globals[f"{name}_hash"] = Markup(_hashed(text))  # noqa: S704
    words = (amount, decided, interval, meaning, moment, notes, right_of, should)
    environment.globals |= {word.__name__: word for word in words} | {"sides_shown": _SIDES_SHOWN}
    return environment.get_template("page.html")


def _hashed(text: str) -> str:
    """How a Content-Security-Policy names an inline style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
