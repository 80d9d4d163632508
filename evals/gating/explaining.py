"""A verdict as plain text: which figures fell, by how much, and which answers did that, with what they say now."""

from collections.abc import Iterator, Mapping, Sequence

from evals.domain import Result
from evals.gating.comparing import Change
from evals.gating.verdict import Fall, Verdict, Why

_LISTED = 20
_WIDTH = 300


def explain(verdict: Verdict, results: Sequence[Result] = ()) -> str:
    """For the person whose change it is. What a case says now is told once, at the first fall that names it."""
    found = {result.case.id: result for result in results}
    told: set[str] = set()
    lines = [_decided(verdict)]
    for fall in verdict.falls:
        lines += ["", _headline(fall), *_cases(fall.worse, fall.gate.measure, found, told)]
        if fall.better:
            lines.append(f"  better: {_short(fall.better)}")
    return "\n".join([*lines, *_beside(verdict)])


def _decided(verdict: Verdict) -> str:
    if verdict.passed:
        return f"gate: passed, limits held: {verdict.held}"
    return f"gate: stopped, falls: {len(verdict.falls)}, limits: {verdict.held}"


def _headline(fall: Fall) -> str:
    gate = fall.gate
    about = f"{gate.measure}, {gate.slice} ({fall.cases} cases)"
    was, is_ = _figure(fall.before), _figure(fall.after)
    if fall.why is Why.LOST:
        what = "are no longer asked" if gate.measure == "cases" else "can't be measured any more"
        return f"{about}: {len(fall.worse)} {what}; accept a new baseline if that is meant"
    if fall.why is Why.FLOOR:
        return f"{about}: is {is_}, the limit is {_figure(gate.floor)}"
    if fall.why is Why.ANY_DROP:
        return f"{about}: was {was}, is {is_}; here no case may get worse"
    interval = f"95% interval {_signed(fall.low)} to {_signed(fall.high)}"
    return f"{about}: was {was}, is {is_}, by {_by(fall)} ({interval}); {_figure(gate.drop)} is allowed"


def _cases(changes: Sequence[Change], measure: str, found: Mapping[str, Result], told: set[str]) -> Iterator[str]:
    yield f"  worse: {len(changes)}"
    for change in changes[:_LISTED]:
        result = found.get(change.case)
        question = f" {result.case.question!r}" if result else ""
        yield f"    {change.case}{question}: {_figure(change.before)} -> {_figure(change.after)}"
        if result:
            yield from _said(result, measure, first=change.case not in told)
            told.add(change.case)
    if len(changes) > _LISTED:
        yield f"    and {len(changes) - _LISTED} more"


def _said(result: Result, measure: str, *, first: bool) -> Iterator[str]:
    if first:
        yield f"      says now ({result.answer.outcome}): {_cut(result.answer.text)}"
    for score in result.scores:
        if score.measure == measure or (first and score.value is not None and score.value < 1 and measure == "right"):
            yield f"      {score.measure}: {_cut(score.why)}"


def _beside(verdict: Verdict) -> Iterator[str]:
    parts = {
        "new cases, held to floors only": verdict.new,
        "cases of the baseline that were not asked": verdict.gone,
        "cases that are of another kind or campaign now": verdict.moved,
        "slices that were not asked as a whole, and not held to anything": verdict.left_out,
        "not as it was for the baseline": verdict.other,
    }
    for title, ones in parts.items():
        if ones:
            rest = f" and {len(ones) - _LISTED} more" if len(ones) > _LISTED else ""
            yield f"{title} ({len(ones)}): {', '.join(ones[:_LISTED])}{rest}"


def _short(changes: Sequence[Change]) -> str:
    rest = f" and {len(changes) - _LISTED} more" if len(changes) > _LISTED else ""
    return ", ".join(one.case for one in changes[:_LISTED]) + rest


def _by(fall: Fall) -> str:
    return _signed(None if fall.before is None or fall.after is None else fall.after - fall.before)


def _figure(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "none" if value is None else f"{value:+.3f}"


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _WIDTH else f"{flat[:_WIDTH]}..."
