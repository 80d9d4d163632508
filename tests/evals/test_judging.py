"""Does the assistant know what the pack does not say? The figures over many cases keep the laws of their sources."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.domain import Scored
from evals.measures.judging import SWEPT, calibration, paired, risk_coverage, swept

JUDGED = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.4, 0.5, 0.9, 1.0]), st.booleans()), max_size=40)


def row(number: int, judge: float | None, answerable: bool | None, *, right: bool = True) -> Scored:
    return Scored(f"c{number:04}", "board", "k", "answered", right, {}, judge, answerable)


def rows(judged: Sequence[tuple[float, bool]]) -> list[Scored]:
    return [row(number, judge, answerable) for number, (judge, answerable) in enumerate(judged)]


def enough(judged: Sequence[tuple[float, bool]]) -> list[Scored]:
    """With ten of either sort, so that everything can be taken."""
    return rows([*judged, *[(0.3, False), (0.6, True)] * 10])


def value(measure: str, given_rows: Sequence[Scored]) -> float:
    found = swept(measure, given_rows)
    assert found is not None
    return found[0]


PERFECT = rows([(0.9, True)] * 20 + [(0.1, False)] * 20)
REVERSED = rows([(0.1, True)] * 20 + [(0.9, False)] * 20)
CONSTANT = rows([(0.5, True)] * 20 + [(0.5, False)] * 20)


@pytest.mark.parametrize(
    ("measure", "perfect", "constant", "reverse"),
    [
        ("auroc", 1.0, 0.5, 0.0),
        ("abstention_recall_at_5", 1.0, 0.0, 0.0),
        ("aurc", sum((k - 20) / k for k in range(21, 41)) / 40, 0.5, sum(min(1, 20 / k) for k in range(1, 41)) / 40),
        ("ece", 0.1, 0.0, 0.9),
    ],
)
def test_a_perfect_a_constant_and_a_reversed_judge_get_what_theory_says(
    measure: str, perfect: float, constant: float, reverse: float
) -> None:
    assert value(measure, PERFECT) == pytest.approx(perfect)
    assert value(measure, CONSTANT) == pytest.approx(constant)
    assert value(measure, REVERSED) == pytest.approx(reverse)


@given(JUDGED, st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_figures_are_from_0_to_1_within_their_intervals_and_free_of_the_order(
    judged: list[tuple[float, bool]], random: object
) -> None:
    given_rows = enough(judged)
    shuffled = sorted(given_rows, key=lambda _: random.random())  # type: ignore[attr-defined]

    for measure in SWEPT:
        found = swept(measure, given_rows)
        assert found is not None
        figure, (low, high), cases = found
        assert 0 <= low <= figure <= high <= 1
        assert cases == len(given_rows)
        again, bounds, _ = swept(measure, shuffled) or (-1.0, (-1.0, -1.0), 0)
        assert (again, *bounds) == pytest.approx((figure, low, high))


@given(JUDGED)
@settings(max_examples=30, deadline=None)
def test_auroc_is_the_share_of_pairs_in_the_right_order(judged: list[tuple[float, bool]]) -> None:
    given_rows = enough(judged)
    answered = [one.judge or 0.0 for one in given_rows if one.answerable]
    silent = [one.judge or 0.0 for one in given_rows if not one.answerable]

    pairs = [(yes > no) + (yes == no) / 2 for yes in answered for no in silent]

    assert value("auroc", given_rows) == pytest.approx(np.mean(pairs))


@given(JUDGED)
@settings(max_examples=30, deadline=None)
def test_abstention_recall_is_that_of_the_best_threshold_that_costs_no_more_than_5_per_cent(
    judged: list[tuple[float, bool]],
) -> None:
    given_rows = enough(judged)
    answered = np.array([one.judge for one in given_rows if one.answerable])
    silent = np.array([one.judge for one in given_rows if not one.answerable])

    reached = [np.mean(silent < at) for at in (*np.unique(answered), 2.0) if np.mean(answered < at) <= 0.05]

    assert value("abstention_recall_at_5", given_rows) == pytest.approx(max(reached))


def test_a_judge_that_is_right_as_often_as_it_says_is_calibrated() -> None:
    random = np.random.default_rng(3)
    judges = random.random(4_000)
    honest = rows([(float(judge), bool(random.random() < judge)) for judge in judges])
    boastful = [replace(one, judge=(one.judge or 0.0) ** 0.5) for one in honest]

    assert _ece(honest) < 0.03
    assert _ece(boastful) > 0.1


def test_an_answer_to_a_question_that_the_pack_does_not_answer_is_wrong_and_so_is_one_that_is_not_right() -> None:
    wrong = [replace(one, right=False) if one.answerable else one for one in PERFECT]

    assert value("aurc", wrong) == pytest.approx(1.0)
    assert value("aurc", PERFECT) < value("aurc", REVERSED)


def test_too_few_cases_of_either_sort_are_no_figure_and_ten_of_each_are() -> None:
    assert all(swept(measure, rows([(0.9, True)] * 50 + [(0.1, False)] * 9)) is None for measure in SWEPT)
    assert all(swept(measure, rows([(0.9, True)] * 10 + [(0.1, False)] * 10)) for measure in SWEPT)


def test_a_perfect_figure_is_not_a_sure_one() -> None:
    found = swept("auroc", PERFECT)

    assert found is not None
    assert found[1][0] < 0.9


def test_cases_that_are_open_or_were_not_judged_leave_the_figures() -> None:
    others = [row(900, None, True), row(901, 0.7, None), row(902, None, None)]

    assert [swept(measure, [*PERFECT, *others]) for measure in SWEPT] == [swept(one, PERFECT) for one in SWEPT]


def test_a_case_that_was_asked_twice_counts_once() -> None:
    assert [swept(measure, [*PERFECT, *PERFECT]) for measure in SWEPT] == [swept(one, PERFECT) for one in SWEPT]


@pytest.mark.parametrize("measure", SWEPT)
def test_a_run_does_not_differ_from_itself_and_differs_from_a_reversed_one(measure: str) -> None:
    assert paired(measure, PERFECT, PERFECT[::-1]) == (0.0, 0.0, 0.0)

    there, back = paired(measure, PERFECT, REVERSED), paired(measure, REVERSED, PERFECT)

    assert there is not None
    assert back is not None
    assert there[0] == pytest.approx(-back[0])
    assert not there[1] <= 0 <= there[2]


def test_a_difference_is_over_the_cases_that_both_runs_judged() -> None:
    more = [*PERFECT, row(900, 0.01, True), row(901, 0.99, False)]

    assert paired("auroc", PERFECT, more) == (0.0, 0.0, 0.0)
    assert paired("auroc", PERFECT, PERFECT[:15]) is None


def test_the_risk_curve_ends_at_the_share_of_wrong_and_its_mean_is_the_area() -> None:
    points = risk_coverage(PERFECT)

    assert points[0] == (1 / 40, 0.0)
    assert points[-1] == (1.0, 0.5)
    assert np.mean([risk for _, risk in points]) == pytest.approx(value("aurc", PERFECT))
    assert risk_coverage([]) == ()


def test_the_calibration_curve_has_a_point_for_each_tenth_of_the_cases() -> None:
    points = calibration(PERFECT)

    assert np.allclose(points, [(0.1, 0.0)] * 5 + [(0.9, 1.0)] * 5)
    assert np.allclose(calibration(PERFECT[:3]), [(0.9, 1.0)] * 3)
    assert calibration([]) == ()


def _ece(given_rows: Sequence[Scored]) -> float:
    return float(np.mean([abs(judge - share) for judge, share in calibration(given_rows)]))
