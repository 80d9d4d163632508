"""How sure a figure is: intervals hold what they claim, and never depend on the order of the cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.statistics import (
    Floats,
    bootstrap,
    interval,
    paired_difference,
    paired_statistic,
    statistic_interval,
    wilson,
)

SHARES = st.floats(0, 1, allow_subnormal=False)
SAMPLES = st.lists(SHARES, min_size=1, max_size=60)


def means(columns: Floats) -> Floats:
    found: Floats = columns[0].mean(axis=-1)
    return found


@given(st.integers(1, 500), st.data())
def test_a_wilson_interval_holds_its_share_and_narrows_with_more_cases(total: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, total))

    low, high = wilson(successes, total)
    lower, higher = wilson(4 * successes, 4 * total)

    assert 0 <= low <= successes / total <= high <= 1
    assert higher - lower < high - low


@pytest.mark.parametrize(
    ("successes", "total", "expected"),
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662)), (1, 29, (0.0061, 0.1718))],
)
def test_a_wilson_interval_is_the_published_one(successes: int, total: int, expected: tuple[float, float]) -> None:
    """The last two: Newcombe 1998, table I, method 3."""
    assert wilson(successes, total) == pytest.approx(expected, abs=5e-4)


@given(SAMPLES, st.randoms())
@settings(max_examples=25, deadline=None)
def test_an_interval_is_within_bounds_and_does_not_depend_on_the_order(values: list[float], random: object) -> None:
    shuffled = sorted(values, key=lambda _: random.random())  # type: ignore[attr-defined]

    low, high = interval(values)

    assert 0 <= low <= high <= 1
    assert low <= max(values) + 1e-12
    assert high >= min(values) - 1e-12
    assert interval(shuffled) == pytest.approx((low, high))


def test_one_case_and_cases_all_alike_leave_us_unsure() -> None:
    assert interval([0.4]) == wilson(0.4, 1)
    assert interval([0.4] * 30) == pytest.approx(wilson(12, 30))
    assert interval([1.0] * 30)[0] < 0.9


def test_a_bootstrap_interval_is_close_to_that_of_theory() -> None:
    values = np.random.default_rng(1).beta(4, 2, size=400)
    half = 1.96 * values.std() / 20

    assert bootstrap(values.tolist()) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.004)


@given(SAMPLES)
@settings(max_examples=25, deadline=None)
def test_a_run_does_not_differ_from_itself(values: list[float]) -> None:
    assert paired_difference(values, values) == (0.0, 0.0, 0.0)
    assert paired_statistic(means, np.array([values]), np.array([values])) == (0.0, 0.0, 0.0)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=60), st.randoms())
@settings(max_examples=25, deadline=None)
def test_a_difference_is_that_of_the_means_and_turns_round_with_the_runs(
    pairs: list[tuple[float, float]], random: object
) -> None:
    shuffled = sorted(pairs, key=lambda _: random.random())  # type: ignore[attr-defined]
    before, after = [one for one, _ in pairs], [one for _, one in pairs]

    mean, low, high = paired_difference(before, after)
    back, lower, higher = paired_difference(after, before)

    assert mean == pytest.approx(np.mean(after) - np.mean(before))
    assert low <= high
    assert back == pytest.approx(-mean)
    assert (lower, higher) == pytest.approx((-high, -low), abs=0.1)
    assert paired_difference(*zip(*shuffled, strict=True)) == pytest.approx((mean, low, high))


@pytest.mark.parametrize(("lost", "cases"), [(1, 1), (3, 3), (3, 4), (1, 50), (3, 50), (3, 400)])
def test_up_to_three_cases_that_fell_can_be_chance(lost: int, cases: int) -> None:
    mean, _, high = paired_difference([1.0] * cases, [0.0] * lost + [1.0] * (cases - lost))

    assert mean == pytest.approx(-lost / cases)
    assert high >= 0


@pytest.mark.parametrize("cases", [4, 20, 50, 400])
def test_four_cases_that_fell_and_none_that_rose_are_no_chance(cases: int) -> None:
    mean, low, high = paired_difference([1.0] * cases, [0.0] * 4 + [1.0] * (cases - 4))

    assert low <= mean <= high < 0


def test_as_many_that_rose_as_fell_can_be_chance() -> None:
    _, low, high = paired_difference([1.0] * 10 + [0.0] * 10, [0.0] * 10 + [1.0] * 10)

    assert low < 0 < high


def test_no_pair_is_no_difference() -> None:
    assert paired_difference([], []) == (0.0, 0.0, 0.0)


def test_a_difference_over_all_cases_at_once_is_the_paired_one() -> None:
    random = np.random.default_rng(2)
    before, after = random.random((2, 80))

    assert paired_statistic(means, before[np.newaxis], after[np.newaxis]) == pytest.approx(
        paired_difference(before, after), abs=0.02
    )


def test_an_interval_over_all_cases_at_once_does_not_depend_on_their_order() -> None:
    random = np.random.default_rng(4)
    before, after = random.random((2, 2, 40))
    order = random.permutation(40)

    found = statistic_interval(means, before, fewest=40)
    difference = paired_statistic(means, before, after)

    assert statistic_interval(means, before[:, order], fewest=40) == pytest.approx(found)
    assert paired_statistic(means, before[:, order], after[:, order]) == pytest.approx(difference)
