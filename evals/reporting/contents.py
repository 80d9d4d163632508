"""What a report is made from, and what can be read from it: which cases are right, why not, and what changed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from evals.domain import Case, Figure, Result, Run, Scored
from evals.figures import MADE, figures
from evals.gating.verdict import Verdict
from evals.measures import judging
from evals.measures.answers import facts, forbidden
from evals.reporting.charts import Curve
from evals.reporting.words import amount, did, interval, should
from evals.resources import latencies, spent
from evals.scoring import scored

HEADLINE = ("right", "as_in_use")
"""The measures that a report opens with."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures that are told but never judged, such as times and cost: a row of cells a line, the first its name."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A run with its figures. `before` are the figures of `baseline`, which is None where there is none to compare."""

    run: Run
    results: Sequence[Result]
    figures: Sequence[Figure]
    curves: Sequence[Curve] = ()
    verdict: Verdict | None = None
    baseline: Sequence[Scored] | None = None
    before: Sequence[Figure] = ()


def report_on(
    run: Run,
    results: Sequence[Result],
    *,
    verdict: Verdict | None = None,
    baseline: Sequence[Scored] | None = None,
) -> Report:
    """A report on a run with all its figures."""
    rows = [scored(result) for result in results]
    before = figures(baseline) if baseline else ()
    return Report(run, results, figures(rows), curves(rows), verdict, baseline, before)


class Side(StrEnum):
    """Where a case stands against the baseline."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    NEW = "new"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Changes:
    """Results that are wrong and were right, are right and were wrong, or are new; ids of cases that are gone."""

    worse: tuple[Result, ...]
    better: tuple[Result, ...]
    new: tuple[Result, ...]
    gone: tuple[str, ...]


def figure(among: Sequence[Figure], measure: str, of: str = "all") -> Figure | None:
    """The figure of a measure over a slice, where there is one."""
    return next((one for one in among if (one.measure, one.slice) == (measure, of)), None)


def measures(report: Report) -> list[Figure]:
    """The figures over all cases, those of the headline first."""
    over_all = [one for one in report.figures if one.slice == "all"]
    return sorted(over_all, key=lambda one: HEADLINE.index(one.measure) if one.measure in HEADLINE else len(HEADLINE))


def slices(report: Report, by: str) -> list[tuple[str, Figure]]:
    """How many were right in each slice "`by`=...", with the name of the slice, in order."""
    return sorted(
        (one.slice.removeprefix(f"{by}="), one)
        for one in report.figures
        if one.measure == HEADLINE[0] and one.slice.startswith(f"{by}=")
    )


def right_of(report: Report) -> str:
    """The headline: how many of the answers to questions that people wrote are right."""
    asked = written(report)
    found = figure(report.figures, HEADLINE[0])
    share = f" ({amount(found.measure, found.value)}; 95% interval {interval(found)})" if found else ""
    return f"{sum(result.right for result in asked)} of {len(asked)} answers right{share}"


def groups(report: Report) -> dict[tuple[str, str], list[Result]]:
    """The results by campaign and kind, kinds made by rule last."""
    found: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in report.results:
        found[result.case.campaign, result.case.kind].append(result)
    return dict(sorted(found.items(), key=lambda item: (item[0][0], item[1][0].case.made is not None, item[0][1])))


def written(report: Report) -> list[Result]:
    """The results of the cases that people wrote: those that the headline counts."""
    return [result for result in report.results if result.case.made is None]


def sides(report: Report) -> Mapping[str, Side]:
    """Where each case stands, by id. A case that was asked several times is right when it was right every time."""
    right: dict[str, bool] = {}
    for result in report.results:
        right[result.case.id] = result.right and right.get(result.case.id, True)
    if report.baseline is None:
        return dict.fromkeys(right, Side.UNKNOWN)
    was = {row.case: row.right for row in report.baseline}
    return {case: _side(was.get(case), now) for case, now in right.items()}


def changes(report: Report) -> Changes:
    """What changed since the baseline. Only kinds that were asked now can have lost a case."""
    stands = sides(report)

    def at(side: Side) -> tuple[Result, ...]:
        return tuple(one for one in report.results if stands[one.case.id] == side and one.right == (side != Side.WORSE))

    asked = {(result.case.campaign, result.case.kind) for result in report.results}
    gone = (row.case for row in report.baseline or () if row.case not in stands and (row.campaign, row.kind) in asked)
    new = tuple(one for one in report.results if stands[one.case.id] == Side.NEW)
    return Changes(at(Side.WORSE), at(Side.BETTER), new, tuple(sorted(gone)))


def curves(rows: Sequence[Scored]) -> tuple[Curve, ...]:
    """How the judge does on the cases that people wrote: risk over coverage, and calibration."""
    by_people = [row for row in rows if row.kind not in MADE]
    risk, calibration = judging.risk_coverage(by_people), judging.calibration(by_people)
    drawn = (
        Curve("risk_coverage", "Share of questions answered", "Share of answers that are wrong", risk),
        Curve("calibration", "Confidence of the judge", "Share that the pack answers", calibration, diagonal=True),
    )
    return tuple(curve for curve in drawn if curve.points)


def tables(report: Report) -> tuple[Table, ...]:
    """What the answers took: the time of each stage and, where a model was asked, tokens and dollars."""
    times = [(one.stage, f"{one.median:.1f}", f"{one.p95:.1f}", str(one.answers)) for one in latencies(report.results)]
    cost = spent(report.results)
    row = ("In all", str(cost.tokens_in), str(cost.tokens_out), f"{cost.dollars:.2f}", str(cost.answers))
    found = (
        Table("Time, in milliseconds", ("Stage", "Median", "95% at most", "Answers"), tuple(times)),
        Table(
            "Cost of the model", ("", "Tokens in", "Tokens out", "US dollars", "Answers"), (row,) * bool(cost.answers)
        ),
    )
    return tuple(table for table in found if table.rows)


def about(run: Run) -> list[tuple[str, str]]:
    """What a run was made with, name by name."""
    parts = (("Pack", run.packs), ("Prompt", run.prompts), ("Version", run.versions), ("Setting", run.settings))
    named = [(f"{what}: {name}", value) for what, values in parts for name, value in sorted(values.items())]
    return [("Made at", run.at), ("Mode", run.mode), ("Took", f"{run.seconds:.0f} seconds"), *named]


def spread(report: Report) -> tuple[float, ...]:
    """The share of cases that were right, repeat by repeat, where each case was asked several times."""
    asked = Counter(result.repeat for result in written(report))
    right = Counter(result.repeat for result in written(report) if result.right)
    return tuple(right[repeat] / asked[repeat] for repeat in sorted(asked)) if len(asked) > 1 else ()


def short_of_full(result: Result) -> list[tuple[str, float, str]]:
    """The measures that were taken and are not full, with their values and reasons."""
    return [(one.measure, one.value, one.why) for one in result.scores if one.value is not None and one.value != 1.0]


def reasons(result: Result) -> tuple[str, ...]:
    """Why a result is right or wrong, in sentences for readers who don't know the measures."""
    case, answer = result.case, result.answer
    failed = {measure for measure, _, _ in short_of_full(result)}
    if "right_outcome" in failed:
        said = [f"It {did(answer.outcome)}.", f"It should {should(case.outcomes)}."]
    else:
        said = [f"It {did(answer.outcome)}, as it {'should' if result.right else 'may'}."]
    if "facts" in failed:
        said += [f"It did not say {' or '.join(map(_quoted, group))}." for group in _unsaid(result)]
    if "forbidden" in failed:
        said += [f"It said {_quoted(words)}, which a right answer must not say." for words in _wrongly_said(result)]
    return tuple(said)


def _side(was: bool | None, now: bool) -> Side:
    if was is None:
        return Side.NEW
    if was == now:
        return Side.SAME
    return Side.BETTER if now else Side.WORSE


def _unsaid(result: Result) -> list[tuple[str, ...]]:
    return [group for group in result.case.says if facts(_asking(result.case, group), result.answer).value == 0.0]


def _wrongly_said(result: Result) -> list[str]:
    case = result.case
    return [one for one in case.never_says if forbidden(replace(case, never_says=(one,)), result.answer).value == 0.0]


def _asking(case: Case, alternatives: tuple[str, ...]) -> Case:
    return replace(case, says=(alternatives,))


def _quoted(words: str) -> str:
    return f"“{words}”"
