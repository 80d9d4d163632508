"""The gate: what it stops, what it lets pass, and how it could be got round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Answer, Outcome
from evals.domain import Case, Result, Run, Score, Scored
from evals.gating.baseline import Baseline
from evals.gating.explaining import explain
from evals.gating.gates import Gate, GateError, Gates
from evals.gating.verdict import Verdict, Why, gate

RUN = Run(at="2026-11-23T09:00:00+00:00", mode="quoting", packs={"board": "f1"})


def row(
    case: str,
    kind: str = "answerable",
    *,
    right: bool = True,
    outcome: str = "answered",
    judge: float | None = None,
    answerable: bool | None = None,
    campaign: str = "board",
    **values: float,
) -> Scored:
    return Scored(case, campaign, kind, outcome, right, values, judge, answerable)


def rows(count: int, kind: str = "answerable", /, **values: float) -> list[Scored]:
    return [replace(row(f"{kind}-{number:02}", kind), values=values) for number in range(count)]


def flipped(given: Sequence[Scored], which: Iterable[int], **values: float) -> list[Scored]:
    """The same rows, with these of them wrong, and these values instead."""
    chosen = set(which)
    return [
        replace(one, right=False, values={**one.values, **values}) if number in chosen else one
        for number, one in enumerate(given)
    ]


def held(
    now: Sequence[Scored], before: Sequence[Scored], *gates: Gate, part: bool = False, gone: float = 0.0
) -> Verdict:
    return gate(RUN, now, Baseline(RUN, tuple(before)), Gates(gates, gone), part=part)


def named(verdict: Verdict) -> list[str]:
    return [change.case for fall in verdict.falls for change in fall.worse]


# what it stops, and what it lets pass


@pytest.mark.parametrize("count", [10, 25, 50, 200])
def test_four_answers_that_get_worse_and_none_that_gets_better_are_stopped_and_named(count: int) -> None:
    before = rows(count)

    verdict = held(flipped(before, range(4)), before, Gate("right", "all", drop=0.0))

    assert not verdict.passed
    assert named(verdict) == ["answerable-00", "answerable-01", "answerable-02", "answerable-03"]


@pytest.mark.parametrize("count", [3, 10, 50, 200])
@pytest.mark.parametrize("flips", [1, 2, 3])
def test_up_to_three_answers_may_flip_where_a_drop_is_tested(count: int, flips: int) -> None:
    before = rows(count)

    assert held(flipped(before, range(flips)), before, Gate("right", "all", drop=0.0)).passed


def test_one_answer_that_gets_worse_is_stopped_where_any_drop_counts_whatever_others_gain() -> None:
    before = flipped(rows(50), [1, 2, 3])
    now = flipped(rows(50), [0])

    verdict = held(now, before, Gate("right", "all", any_drop=True))

    assert [fall.why for fall in verdict.falls] == [Why.ANY_DROP]
    assert named(verdict) == ["answerable-00"]
    assert [change.case for change in verdict.falls[0].better] == ["answerable-01", "answerable-02", "answerable-03"]


def test_a_drop_within_what_is_allowed_passes_however_sure_it_is() -> None:
    before = rows(200, mrr=0.9)
    now = rows(200, mrr=0.895)

    assert held(now, before, Gate("mrr", "all", drop=0.005)).passed
    assert not held(now, before, Gate("mrr", "all", drop=0.004)).passed


def test_answers_that_get_worse_and_better_alike_are_no_drop() -> None:
    before = flipped(rows(60), range(8))
    now = flipped(rows(60), range(8, 18))

    assert held(now, before, Gate("right", "all", drop=0.0)).passed


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 60), st.data())
def test_a_run_held_against_itself_passes_every_gate(count: int, data: st.DataObject) -> None:
    given = [
        row(
            f"c{number}",
            right=data.draw(st.booleans()),
            facts=data.draw(st.floats(0, 1)),
            judge=data.draw(st.floats(0, 1)),
        )
        for number in range(count)
    ]

    gates = [Gate(measure, "all", drop=0.0) for measure in ("right", "facts", "auroc", "ece")]
    assert held(given, given, *gates, Gate("facts", "kind=*", any_drop=True)).passed


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_every_fall_names_a_case_that_got_worse(sides: list[tuple[bool, bool]]) -> None:
    before = [row(f"c{number:02}", right=was) for number, (was, _) in enumerate(sides)]
    now = [row(f"c{number:02}", right=is_) for number, (_, is_) in enumerate(sides)]

    verdict = held(now, before, Gate("right", "all", drop=0.0), Gate("right", "kind=*", any_drop=True))

    lost = {f"c{number:02}" for number, (was, is_) in enumerate(sides) if was and not is_}
    assert all({change.case for change in fall.worse} == lost != set() for fall in verdict.falls)
    assert bool(lost) == any(fall.why is Why.ANY_DROP for fall in verdict.falls)


def test_a_figure_below_its_floor_is_stopped_though_nothing_changed_and_names_what_holds_it_down() -> None:
    given = flipped(rows(10, facts=1.0), [4], facts=0.5)

    assert held(given, given, Gate("facts", "all", floor=0.95)).passed
    verdict = held(given, given, Gate("facts", "all", floor=0.96))
    assert [fall.why for fall in verdict.falls] == [Why.FLOOR]
    assert named(verdict) == ["answerable-04"]


def test_a_new_case_is_held_to_the_floor() -> None:
    before = rows(10, verbatim=1.0)

    verdict = held([*before, row("new", verbatim=0.5)], before, Gate("verbatim", "all", floor=1.0, any_drop=True))

    assert named(verdict) == ["new"]
    assert verdict.new == ("new",)


def judging(shift: float = 0.0) -> list[Scored]:
    """Forty questions that the pack answers and forty that it does not; half of the latter judged higher by that."""
    known = [row(f"k{one:02}", judge=0.5 + one / 100, answerable=True) for one in range(40)]
    silent = [
        row(f"s{one:02}", outcome="not_in_pack", judge=one / 100 + shift * (one % 2), answerable=False)
        for one in range(40)
    ]
    return [*known, *silent]


@pytest.mark.parametrize("measure", ["auroc", "aurc", "abstention_recall_at_5"])
def test_a_judge_that_tells_less_is_stopped_and_the_cases_it_misjudges_are_named(measure: str) -> None:
    verdict = held(judging(0.6), judging(), Gate(measure, "all", drop=0.02))

    assert [fall.why for fall in verdict.falls] == [Why.DROP]
    assert set(named(verdict)) == {f"s{one:02}" for one in range(1, 40, 2)}
    assert held(judging(), judging(0.6), Gate(measure, "all", drop=0.02)).passed


def test_of_a_measure_that_is_better_when_lower_the_floor_is_the_most_it_may_be() -> None:
    assert held(judging(), judging(), Gate("aurc", "all", floor=0.6)).passed

    verdict = held(judging(0.6), judging(0.6), Gate("aurc", "all", floor=0.1))
    assert [fall.why for fall in verdict.falls] == [Why.FLOOR]
    assert named(verdict)[0] == "s39"


# slices


def test_a_gate_on_a_slice_by_name_goes_before_one_for_each() -> None:
    before = [*rows(30), *rows(30, "crisis")]
    gates = (Gate("right", "kind=*", drop=0.0), Gate("right", "kind=crisis", any_drop=True))

    assert held(flipped(before, [0]), before, *gates).passed
    assert named(held(flipped(before, [30]), before, *gates)) == ["crisis-00"]


def test_a_paraphrase_of_a_child_at_risk_counts_as_the_kind_it_was_made_from() -> None:
    before = [row("a", "child_at_risk"), row("a~paraphrase", "paraphrase"), *rows(20)]

    verdict = held(flipped(before, [1]), before, Gate("right", "of=child_at_risk", any_drop=True))

    assert named(verdict) == ["a~paraphrase"]


def test_a_slice_without_a_case_is_an_error_that_names_it() -> None:
    with pytest.raises(GateError, match="kind=chld_at_risk"):
        held(rows(3), rows(3), Gate("right", "kind=chld_at_risk", any_drop=True))


# ways round it


def test_a_run_over_a_part_of_the_cases_is_held_to_the_slices_that_it_covers_whole() -> None:
    before = [*rows(10), *rows(10, "crisis")]
    gates = [Gate("right", one, floor=1.0, any_drop=True) for one in ("all", "kind=answerable", "kind=crisis")]

    verdict = held(flipped(before, [12])[10:], before, *gates, part=True)

    assert verdict.left_out == ("all", "kind=answerable")
    assert {fall.gate.slice for fall in verdict.falls} == {"kind=crisis"}
    assert verdict.gone == ()


def test_a_part_that_no_gate_covers_is_an_error_and_does_not_pass() -> None:
    with pytest.raises(GateError, match="no gate covers what was asked"):
        held(rows(3), rows(10), Gate("right", "all", drop=0.0), part=True)


def test_a_case_that_is_gone_is_listed_and_is_no_drop() -> None:
    before = flipped(rows(50), [7])

    verdict = held(before[1:], before, Gate("right", "all", any_drop=True), gone=0.05)

    assert verdict.passed
    assert verdict.gone == ("answerable-00",)


def test_leaving_out_cases_by_the_dozen_is_stopped() -> None:
    before = [*rows(50), *rows(8, "crisis")]
    gates = [
        Gate("right", "all", drop=0.0),
        Gate("facts", "all", drop=0.0),
        Gate("right", "kind=crisis", any_drop=True),
    ]

    verdict = held(before[:55], before, *gates, gone=0.1)

    assert [(fall.why, fall.gate.slice) for fall in verdict.falls] == [(Why.LOST, "kind=crisis")]
    assert named(verdict) == ["crisis-05", "crisis-06", "crisis-07"]


def test_the_last_case_of_a_slice_can_not_go_unseen() -> None:
    before = [*rows(50), row("only", "crisis")]

    verdict = held(rows(50), before, Gate("right", "kind=crisis", any_drop=True), gone=0.1)

    assert named(verdict) == ["only"]


def test_another_kind_does_not_take_a_case_out_of_its_gate() -> None:
    before = rows(5, "child_at_risk")
    now = [replace(one, kind="off_topic") for one in flipped(before, [2])]

    verdict = held(now, before, Gate("right", "kind=child_at_risk", any_drop=True))

    assert named(verdict) == ["child_at_risk-02"]
    assert len(verdict.moved) == 5


@pytest.mark.parametrize("measure", ["facts", "page", "verbatim"])
def test_a_measure_that_can_not_be_taken_any_more_counts_as_its_worst(measure: str) -> None:
    before = rows(10, right_outcome=1.0, quotes_cited=1.0, **{measure: 1.0})
    now = [replace(before[0], values={"right_outcome": 1.0, "quotes_cited": 1.0}), *before[1:]]

    verdict = held(now, before, Gate(measure, "all", floor=1.0, any_drop=True))

    assert {fall.why for fall in verdict.falls} == {Why.ANY_DROP, Why.FLOOR}
    assert verdict.falls[0].worse[0].after == 0.0


@pytest.mark.parametrize(
    ("outcome", "values"),
    [("not_in_pack", {"quotes_cited": 1.0}), ("answered", {"quotes_cited": 0.0})],
    ids=["nothing is cited any more", "other words are cited"],
)
def test_a_measure_that_has_nothing_to_measure_any_more_leaves_it_to_the_figures_that_show_why(
    outcome: str, values: Mapping[str, float]
) -> None:
    before = rows(10, quotes_cited=1.0, page=1.0)
    now = [replace(before[0], outcome=outcome, values=values), *before[1:]]

    assert held(now, before, Gate("page", "all", any_drop=True)).passed


def test_facts_are_never_excused_by_how_the_case_ended() -> None:
    before = rows(10, facts=1.0)
    now = [replace(before[0], outcome="not_in_pack", values={}), *before[1:]]

    assert named(held(now, before, Gate("facts", "all", any_drop=True))) == ["answerable-00"]


def test_an_answer_is_not_right_because_nobody_looks_at_its_facts_any_more() -> None:
    before = rows(10, "child_at_risk", right_outcome=1.0, facts=1.0)
    now = [replace(before[0], values={"right_outcome": 1.0}), *before[1:]]

    verdict = held(now, before, Gate("right", "kind=child_at_risk", any_drop=True))

    assert named(verdict) == ["child_at_risk-00"]


def test_a_measure_that_vanishes_from_a_whole_slice_is_stopped() -> None:
    before = rows(10, verbatim=1.0)
    now = [replace(one, outcome="not_in_pack", values={}) for one in before]

    verdict = held(now, before, Gate("verbatim", "all", drop=0.0))

    assert [fall.why for fall in verdict.falls] == [Why.LOST]
    assert len(named(verdict)) == 10


def test_a_judge_that_is_no_longer_asked_counts_as_wrong_for_certain() -> None:
    before = judging()
    now = [replace(one, judge=None) if one.answerable else one for one in before]

    verdict = held(now, before, Gate("auroc", "all", drop=0.01))

    assert set(named(verdict)) == {f"k{one:02}" for one in range(40)}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([], "the run holds no case"),
        ([*rows(3), row("answerable-01")], "holds answerable-01 more than once"),
        (rows(3, facts=float("nan")), "answerable-00 a facts of nan"),
        (rows(3, facts=1.5), "answerable-00 a facts of 1.5"),
        ([row("answerable-00", judge=float("inf"))], "answerable-00 a judge of inf"),
    ],
    ids=["empty", "twice", "no number", "above one", "endless"],
)
def test_rows_that_can_not_be_compared_are_an_error_that_names_the_case(now: list[Scored], said: str) -> None:
    with pytest.raises(GateError, match=said):
        held(now, rows(3), Gate("right", "all", drop=0.0))


def test_another_pack_is_refused_with_both_fingerprints_and_what_to_do() -> None:
    other = replace(RUN, packs={"board": "f2", "trust": "t1"})

    with pytest.raises(GateError, match=r"board was f1 and is f2.*evals confirm.*evals accept"):
        gate(other, rows(3), Baseline(RUN, tuple(rows(3))), Gates((Gate("right", "all", drop=0.0),)))


def test_a_run_that_does_not_say_which_pack_it_was_asked_of_is_refused() -> None:
    with pytest.raises(GateError, match="board was f1 and is not given"):
        gate(replace(RUN, packs={}), rows(3), Baseline(RUN, tuple(rows(3))), Gates((Gate("right", "all", drop=0.0),)))


def test_another_mode_is_refused() -> None:
    with pytest.raises(GateError, match="a run in model mode can't be held against a baseline in quoting mode"):
        gate(
            replace(RUN, mode="model"), rows(3), Baseline(RUN, tuple(rows(3))), Gates((Gate("right", "all", drop=0.0),))
        )


# what it says


def result(scored: Scored, text: str) -> Result:
    case = Case(scored.case, "board", scored.kind, f"What of {scored.case}?", (), frozenset({Outcome.ANSWERED}))
    score = Score("facts", scored.values.get("facts"), f"not said: {scored.case}")
    return Result(case, Answer(Outcome(scored.outcome), text), (score,))


def test_what_fell_is_told_with_figures_questions_answers_and_reasons() -> None:
    before = rows(50, facts=1.0)
    now = flipped(before, range(25), facts=0.0)
    verdict = held(now, before, Gate("facts", "all", drop=0.01), Gate("facts", "kind=answerable", floor=0.9))

    said = explain(verdict, [result(one, f"Words of {one.case}.") for one in now])

    assert "facts, all (50 cases): was 1.000, is 0.500, by -0.500 (95% interval -0." in said
    assert "0.010 is allowed" in said
    assert "facts, kind=answerable (50 cases): is 0.500, the limit is 0.900" in said
    assert "answerable-00 'What of answerable-00?': 1.000 -> 0.000" in said
    assert "facts: not said: answerable-00" in said
    assert said.count("says now (answered): Words of answerable-00.") == 1
    assert said.count("and 5 more") == 2


def test_what_is_new_gone_or_left_out_is_told_of_a_run_that_passes() -> None:
    before = [*rows(30), *rows(10, "crisis")]
    now = [*rows(30)[1:], row("later")]

    verdict = held(now, before, Gate("right", "kind=answerable", drop=0.0), gone=0.1)
    part = held(rows(30), before, Gate("right", "all", drop=0.0), Gate("right", "kind=answerable", drop=0.0), part=True)

    assert "gate: passed, limits held: 1" in explain(verdict)
    assert "(1): later" in explain(verdict)
    assert "answerable-00" in explain(verdict)
    assert "held to anything (1): all" in explain(part)


def test_versions_that_are_not_the_baselines_are_told() -> None:
    accepted = Baseline(replace(RUN, versions={"numpy": "2.3"}), tuple(rows(3)))

    verdict = gate(replace(RUN, versions={"numpy": "2.4"}), rows(3), accepted, Gates((Gate("right", "all", drop=0.0),)))

    assert "numpy: 2.3, now 2.4" in explain(verdict)
