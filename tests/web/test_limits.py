"""How much one caller may ask, in time that the test sets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.settings import AskLimit
from assistant.web.errors import Problem
from assistant.web.limits import AskLimits, Bucket


@given(rate=st.integers(1, 60), waits=st.lists(st.floats(0, 30), min_size=1, max_size=200))
def test_over_any_time_no_more_pass_than_the_rate_allows(rate: int, waits: list[float]) -> None:
    now = 0.0
    bucket = Bucket(rate, clock=lambda: now)
    passed = []
    for wait in waits:
        now += wait
        if not bucket.wait(b"caller"):
            passed.append(now)

    for place, first in enumerate(passed):
        for count, last in enumerate(passed[place:], start=1):
            assert count <= rate + (last - first) * rate / 60 + 1e-6


@given(rate=st.integers(1, 60), later=st.floats(0, 120))
def test_who_waits_as_long_as_told_is_let_through(rate: int, later: float) -> None:
    now = later
    bucket = Bucket(rate, clock=lambda: now)
    while not (wait := bucket.wait(b"caller")):
        pass
    now += wait + 1e-6

    assert bucket.wait(b"caller") == 0.0


def test_callers_do_not_use_up_each_others_questions() -> None:
    limits = AskLimits(AskLimit(1, 1), clock=lambda: 0.0)
    limits.check("192.0.2.1")

    with pytest.raises(Problem):
        limits.check("192.0.2.1")
    limits.check("192.0.2.2")


def test_an_ipv6_caller_gets_no_fresh_start_from_the_next_address_of_its_network() -> None:
    limits = AskLimits(AskLimit(1, 1), clock=lambda: 0.0)
    limits.check("2001:db8:1:1::1")

    with pytest.raises(Problem):
        limits.check("2001:db8:1:1:ffff::2")
    limits.check("2001:db8:1:2::1")


def test_off_means_off() -> None:
    limits = AskLimits(None, clock=lambda: 0.0)

    for _ in range(1000):
        limits.check("192.0.2.1", "conversation")
