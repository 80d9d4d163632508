"""How much one caller may ask, in time that the test sets, and of one process."""

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.limits import Share, taken
from assistant.limits.in_flight import InFlight
from assistant.limits.memory import MemoryShares
from assistant.settings import AskLimit
from assistant.web.errors import Problem
from assistant.web.limits import Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    every=st.floats(0.5, 60),
    at_once=st.integers(1, 20),
    pauses=st.lists(st.floats(0, 30), min_size=1, max_size=200),
)
def test_over_any_time_no_more_pass_than_the_rate_allows(every: float, at_once: int, pauses: list[float]) -> None:
    clock = Clock()
    shares = MemoryShares(clock=clock)
    passed = []
    for pause in pauses:
        clock.now += pause
        if not shares.take_now(Share("caller", every, at_once)):
            passed.append(clock.now)

    for place, first in enumerate(passed):
        for count, last in enumerate(passed[place:], start=1):
            assert count <= at_once + (last - first) / every + 1e-3


@given(every=st.floats(0.5, 60), at_once=st.integers(1, 20), later=st.floats(0, 1e6))
def test_who_waits_as_long_as_told_is_let_through_and_not_before(every: float, at_once: int, later: float) -> None:
    clock = Clock()
    clock.now = later
    shares = MemoryShares(clock=clock)
    share = Share("caller", every, at_once)
    passed = 0
    while not (wait := shares.take_now(share)):
        passed += 1

    assert passed == at_once
    clock.now += wait * 0.9
    assert shares.take_now(share) > 0
    clock.now = later + wait + 1e-3
    assert shares.take_now(share) == 0.0


@given(until=st.floats(0, 1e12), now=st.floats(0, 1e9), every=st.floats(0.5, 60), at_once=st.integers(1, 20))
def test_nobody_waits_longer_for_a_clock_that_went_back(until: float, now: float, every: float, at_once: int) -> None:
    waits, _ = taken(until, Share("caller", every, at_once), now=now)

    assert waits <= every + 1e-3


def test_fifteen_a_minute_are_five_in_a_row_and_then_one_every_four_seconds() -> None:
    clock = Clock()
    limits = Limits(MemoryShares(clock=clock), AskLimit(15, 60))

    assert [_status(limits, "192.0.2.1", "one") for _ in range(6)] == [0, 0, 0, 0, 0, 4]
    clock.now += 4
    assert [_status(limits, "192.0.2.1", "one") for _ in range(2)] == [0, 4]


def test_an_address_has_more_than_a_conversation_and_no_new_conversation_gets_round_it() -> None:
    limits = Limits(MemoryShares(clock=Clock()), AskLimit(15, 60))

    statuses = [_status(limits, "192.0.2.1", f"conversation {number}") for number in range(21)]

    assert statuses == [0] * 20 + [1]


def test_callers_do_not_use_up_each_others_questions() -> None:
    limits = Limits(MemoryShares(clock=Clock()), AskLimit(1, 1))

    assert [_status(limits, address) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")] == [0, 60, 0]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
    ],
    ids=["one /64", "two /64", "IPv4 seen as IPv6", "IPv4 either way", "IPv4", "with a zone", "none"],
)
def test_who_counts_as_one_caller(first: str, second: str, same: bool) -> None:
    limits = Limits(MemoryShares(clock=Clock()), AskLimit(1, 1))
    _status(limits, first)

    assert (_status(limits, second) > 0) is same


def test_off_means_off() -> None:
    limits = Limits(MemoryShares(clock=Clock()), None)

    assert {_status(limits, "192.0.2.1", "conversation") for _ in range(1000)} == {0}


def test_an_address_is_kept_as_a_hash_that_changes_with_the_day() -> None:
    asked: list[Share] = []

    class Watched(MemoryShares):
        async def take(self, *shares: Share) -> float:
            asked.extend(shares)
            return await super().take(*shares)

    days = [date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 24)]
    limits = Limits(Watched(clock=Clock()), AskLimit(15, 60), day=lambda: days.pop(0))
    for _ in range(3):
        _status(limits, "192.0.2.1", "conversation")

    first, second, third = (share.key for share in asked if share.key.startswith("address:"))
    assert first == second != third
    assert not any("192.0.2.1" in share.key or "conversation:conversation" in share.key for share in asked)


def test_ten_thousand_more_callers_than_are_remembered_cost_no_more_memory() -> None:
    shares = MemoryShares(clock=Clock())
    for number in range(60_000):
        shares.take_now(Share(f"caller {number}", 1.0))

    assert len(shares._until) == 50_000


def test_one_question_at_a_time_in_a_conversation_and_the_next_as_soon_as_it_ends() -> None:
    async def asked() -> list[bool]:
        in_flight = InFlight(MemoryShares())
        began = [await in_flight.begin("one"), await in_flight.begin("one"), await in_flight.begin("two")]
        await in_flight.end("one")
        began.append(await in_flight.begin("one"))
        for conversation in ("one", "two", "never begun"):
            await in_flight.end(conversation)
        return began

    assert asyncio.run(asked()) == [True, False, True, True]


def test_a_conversation_stays_closed_as_long_as_its_question_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.limits.in_flight.LEASE_SECONDS", 0.1)
    monkeypatch.setattr("assistant.limits.in_flight._RENEW_SECONDS", 0.02)

    async def asked() -> tuple[bool, bool, bool]:
        shares = MemoryShares()
        worker, other = InFlight(shares), InFlight(shares)
        began = await worker.begin("one")
        await asyncio.sleep(0.3)
        during = await other.begin("one")
        await worker.end("one")
        return began, during, await other.begin("one")

    assert asyncio.run(asked()) == (True, False, True)


def test_however_many_questions_wait_they_are_renewed_together_and_none_once_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assistant.limits.in_flight._RENEW_SECONDS", 0.01)

    class Watched(MemoryShares):
        async def hold(self, *keys: str, seconds: float) -> None:
            await super().hold(*keys, seconds=seconds)
            if seconds:
                await renewed.put(len(keys))

    renewed: asyncio.Queue[int] = asyncio.Queue()

    async def asked() -> tuple[int, int, bool]:
        in_flight = InFlight(Watched())
        for number in range(200):
            await in_flight.begin(str(number))
        all_of_them = await renewed.get()
        for number in range(1, 200):
            await in_flight.end(str(number))
        while await renewed.get() > 1:
            pass
        still = await renewed.get()
        await in_flight.end("0")
        return all_of_them, still, await in_flight.begin("0")

    assert asyncio.run(asked()) == (200, 1, True)


def _status(limits: Limits, address: str, conversation: str | None = None) -> int:
    """The seconds that a caller has to wait; 0 for who may ask."""
    try:
        asyncio.run(limits.check(address, conversation))
    except Problem as problem:
        return int(problem.headers["Retry-After"])
    return 0
