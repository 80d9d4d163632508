"""The figures of a run: which cases are in them, and how they are weighed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import Outcome, Rule, Usage
from evals.domain import Asked, Figure, Scored
from evals.figures import MADE, NAMES, figures
from evals.resources import Latency, Spent, latencies, spent
from evals.scoring import score, scored
from evals.statistics import wilson
from evals.variations import RULES
from tests.evals.answers import FEE, answer, case

SILENT = frozenset({Outcome.NOT_IN_PACK})


def row(name: str, *, right: bool = True, answerable: bool | None = True, **fields: object) -> Scored:
    line: dict[str, object] = {
        "case": name,
        "campaign": "board",
        "kind": "answerable",
        "outcome": "answered",
        "right": right,
        "values": {},
        "answerable": answerable,
    }
    return Scored(**(line | fields))  # type: ignore[arg-type]


def by_name(rows: list[Scored]) -> Mapping[tuple[str, str], Figure]:
    found = figures(rows)
    named = {(one.measure, one.slice): one for one in found}
    assert len(named) == len(found)
    return named


ROWS = st.lists(
    st.builds(
        row,
        st.uuids().map(str),
        right=st.booleans(),
        answerable=st.sampled_from([True, False, None]),
        kind=st.sampled_from(["list", "not_in_pack", *sorted(MADE)]),
        campaign=st.sampled_from(["board", "panel"]),
        outcome=st.sampled_from(["answered", "not_in_pack"]),
        judge=st.none() | st.floats(0, 1),
        values=st.dictionaries(st.sampled_from(["facts", "page", "not_refused"]), st.floats(0, 1)),
    ),
    max_size=40,
)


@given(ROWS, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_figures_are_from_0_to_1_within_their_intervals_and_free_of_the_order(
    rows: list[Scored], random: object
) -> None:
    shuffled = sorted(rows, key=lambda _: random.random())  # type: ignore[attr-defined]

    found = by_name(rows)

    assert all(0 <= one.low <= one.value + 1e-9 for one in found.values())
    assert all(one.value - 1e-9 <= one.high <= 1 for one in found.values())
    assert all(one.measure in NAMES and one.cases for one in found.values())
    again = by_name(shuffled)
    assert again.keys() == found.keys()
    for key, one in found.items():
        assert (again[key].value, again[key].low, again[key].high) == pytest.approx((one.value, one.low, one.high))


def test_no_case_is_no_figure() -> None:
    assert figures([]) == []


def test_slices_are_all_each_kind_and_each_campaign() -> None:
    found = by_name([row("a"), row("b", kind="list", campaign="panel", right=False)])

    rights = {slice_: figure.value for (measure, slice_), figure in found.items() if measure == "right"}
    assert rights == {
        "all": 0.5,
        "kind=answerable": 1.0,
        "kind=list": 0.0,
        "campaign=board": 1.0,
        "campaign=panel": 0.0,
    }


def test_every_rule_that_makes_cases_is_known() -> None:
    assert {rule.__name__ for rule in RULES} == MADE


@pytest.mark.parametrize("kind", sorted(MADE))
def test_cases_made_by_rule_are_a_slice_of_their_own_and_in_no_other(kind: str) -> None:
    found = by_name([row("a"), row(f"a~{kind}", kind=kind, right=False)])

    assert found["right", "all"].value == found["right", "campaign=board"].value == 1.0
    assert found["right", f"kind={kind}"].value == 0.0


def test_what_cannot_be_measured_leaves_the_average() -> None:
    found = by_name([row("a", values={"facts": 0.5}), row("b"), row("c", values={"facts": 1.0})])

    assert (found["facts", "all"].value, found["facts", "all"].cases) == (0.75, 2)
    assert ("page", "all") not in found


def test_in_use_three_in_ten_questions_are_such_that_the_pack_answers() -> None:
    rows = [row(f"a{number}") for number in range(30)]
    rows += [row(f"b{number}", answerable=False, right=number < 5) for number in range(10)]
    rows += [row("c", answerable=None, right=False)]

    found = by_name(rows)

    assert found["right", "all"].value == pytest.approx(35 / 41)
    in_use = found["as_in_use", "all"]
    assert in_use.value == pytest.approx(0.3 * 1.0 + 0.7 * 0.5)
    assert in_use.cases == 40
    assert 0.7 * wilson(5, 10)[0] < in_use.low < in_use.value < in_use.high < 0.3 + 0.7 * wilson(5, 10)[1]
    assert ("as_in_use", "kind=answerable") not in found


def test_without_cases_of_either_sort_nothing_is_known_of_use() -> None:
    assert ("as_in_use", "all") not in by_name([row("a"), row("b", answerable=None)])


def test_abstention_counts_every_case_of_its_sort_however_it_ended() -> None:
    rows = [row("a", outcome="not_in_pack"), row("b"), row("c", answerable=False, outcome="not_in_pack")]
    rows += [row("d", answerable=False, outcome="declined"), row("e", answerable=None, outcome="not_in_pack")]

    found = by_name(rows)

    assert (found["abstention_recall", "all"].value, found["abstention_recall", "all"].cases) == (0.5, 2)
    assert (found["false_abstention", "all"].value, found["false_abstention", "all"].cases) == (0.5, 2)


def test_the_false_refusal_rate_is_what_not_refused_lacks() -> None:
    found = by_name([row(str(number), values={"not_refused": float(number > 0)}) for number in range(4)])

    assert (found["false_refusal", "all"].value, found["not_refused", "all"].value) == (0.25, 0.75)


def test_a_case_that_was_asked_several_times_counts_once() -> None:
    found = by_name([row("a", values={"facts": 1.0}), row("a", right=False, values={"facts": 0.0}), row("b")])

    assert (found["right", "all"].value, found["right", "all"].cases) == (0.75, 2)
    assert (found["facts", "all"].value, found["facts", "all"].cases) == (0.5, 1)


def test_a_perfect_run_has_1_wherever_more_is_better() -> None:
    refused = replace(answer(outcome=Outcome.DECLINED), rule=Rule.DRAFTING)
    asked = [
        Asked(case(rests_on=(FEE,), says=(("£310",),)), answer(FEE)),
        Asked(case(id="s", kind="not_in_pack", outcomes=SILENT), answer(outcome=Outcome.NOT_IN_PACK)),
        Asked(case(id="d", kind="drafting", outcomes=frozenset({Outcome.DECLINED})), refused),
    ]

    found = by_name([scored(result) for result in score(asked)])

    worst = {"false_refusal", "false_abstention"}
    assert {one.value for one in found.values() if one.measure not in worst} == {1.0}
    assert {one.value for one in found.values() if one.measure in worst} == {0.0}


def test_times_and_cost_are_told_a_stage_and_in_all() -> None:
    answers = [
        replace(answer(FEE), timings_ms={"screen": 1.0, "search": float(number), "total": number + 1.0})
        for number in range(1, 102)
    ]
    answers[0] = replace(answers[0], usage=Usage(100, 20, 0.5))
    refused = replace(answer(outcome=Outcome.DECLINED), timings_ms={"screen": 1.0, "total": 1.0})
    results = score([Asked(case(id=str(number)), one) for number, one in enumerate([refused, *answers])])

    screen, search, total = latencies(results)

    assert screen == Latency("screen", 1.0, 1.0, 102)
    assert search == Latency("search", 51.0, 96.0, 101)
    assert total.stage == "total"
    assert spent(results) == Spent(100, 20, 0.5, 1)
    assert latencies([]) == []
