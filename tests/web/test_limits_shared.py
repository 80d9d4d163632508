"""Limits that several workers keep together: in SQLite, in PostgreSQL and in Redis, each of them real."""

import asyncio
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from operator import methodcaller
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import create_engine, text

from assistant.database import open_database
from assistant.limits import Share, Shares
from assistant.limits.failing_open import FailingOpen
from assistant.limits.in_database import DatabaseShares
from assistant.limits.in_flight import InFlight
from assistant.limits.in_redis import RedisShares
from tests.databases import fresh, postgres, postgres_is_here
from tests.redis_server import RedisServer, redis_is_here

WORKERS = 4
Result = TypeVar("Result")
Work = Callable[[Shares], Coroutine[Any, Any, Result]]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    if not redis_is_here():
        pytest.skip("Redis is not installed")
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[str]:
    if not postgres_is_here():
        pytest.skip("PostgreSQL is not installed")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, postgres(Path(folder)) as server:
        yield server


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "redis"])
def open_one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Shares]:
    """Opens the store as one more worker does."""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis")
        return lambda: RedisShares(server.address)
    if request.param == "postgresql":
        address = fresh(request.getfixturevalue("postgres_server"))
    else:
        address = f"sqlite:///{tmp_path_factory.mktemp('limits') / 'records.sqlite3'}"
    open_database(address).close()
    return lambda: DatabaseShares(open_database(address, passing=True))


def in_workers(open_one: Callable[[], Shares], work: "Work[Result]", workers: int = WORKERS) -> list[Result]:
    """The work in so many workers at once, each with a store and a loop of its own."""

    async def opened() -> Result:
        shares = open_one()
        try:
            return await work(shares)
        finally:
            await shares.close()

    with ThreadPoolExecutor(workers) as threads:
        return [one.result() for one in [threads.submit(asyncio.run, opened()) for _ in range(workers)]]


def test_a_limit_is_exact_over_all_workers(open_one: Callable[[], Shares]) -> None:
    share = Share(f"address:{os.urandom(8).hex()}", every=3600.0, at_once=20)

    async def flood(shares: Shares) -> int:
        waits = await asyncio.gather(*(shares.take(share) for _ in range(20)))
        return waits.count(0.0)

    assert sum(in_workers(open_one, flood)) == 20


def test_who_waits_as_long_as_told_is_let_through(open_one: Callable[[], Shares]) -> None:
    share = Share(f"address:{os.urandom(8).hex()}", every=0.3, at_once=2)

    async def asked(shares: Shares) -> list[bool]:
        passed = [await shares.take(share) == 0.0 for _ in range(3)]
        await asyncio.sleep(await shares.take(share) + 0.01)
        return [*passed, await shares.take(share) == 0.0]

    assert in_workers(open_one, asked, workers=1) == [[True, True, False, True]]


def test_the_second_share_is_left_alone_when_the_first_is_used_up(open_one: Callable[[], Shares]) -> None:
    address = Share(f"address:{os.urandom(8).hex()}", every=3600.0)
    conversation = Share(f"conversation:{os.urandom(8).hex()}", every=3600.0)

    async def asked(shares: Shares) -> list[bool]:
        return [await shares.take(*both) == 0.0 for both in [(address,), (address, conversation), (conversation,)]]

    assert in_workers(open_one, asked, workers=1) == [[True, False, True]]


def test_of_many_workers_one_begins_a_conversations_question(open_one: Callable[[], Shares]) -> None:
    conversation = os.urandom(16).hex()

    async def begin(shares: Shares) -> bool:
        in_flight = InFlight(shares)
        began = await in_flight.begin(conversation)
        await asyncio.sleep(0.5)
        await in_flight.end(conversation)
        return began

    assert sorted(in_workers(open_one, begin)) == [False, False, False, True]
    assert in_workers(open_one, begin, workers=1) == [True]


def test_a_conversation_opens_again_after_its_worker_was_killed(
    open_one: Callable[[], Shares], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.limits.in_flight.LEASE_SECONDS", 0.3)
    conversation = os.urandom(16).hex()

    async def begin_and_die(shares: Shares) -> bool:
        return await InFlight(shares).begin(conversation)

    async def begin(shares: Shares) -> tuple[bool, bool]:
        in_flight = InFlight(shares)
        at_once = await in_flight.begin(conversation)
        await asyncio.sleep(0.4)
        return at_once, await in_flight.begin(conversation)

    assert in_workers(open_one, begin_and_die, workers=1) == [True]
    assert in_workers(open_one, begin, workers=1) == [(False, True)]


def test_workers_hash_with_the_same_key_and_another_tomorrow(open_one: Callable[[], Shares]) -> None:
    today, tomorrow = (
        set(in_workers(open_one, methodcaller("daily_key", day))) for day in ("2026-11-23", "2026-11-24")
    )

    assert (len(today), len(tomorrow)) == (1, 1)
    assert today != tomorrow


@pytest.mark.parametrize("open_one", ["sqlite", "postgresql"], indirect=True)
def test_yesterdays_key_and_what_nobody_waits_for_any_more_are_erased(
    open_one: Callable[[], Shares], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.limits.in_database._SWEEP_SECONDS", -1.0)

    async def used(shares: Shares) -> tuple[list[str], list[str]]:
        await shares.daily_key("2026-11-23")
        await shares.daily_key("2026-11-24")
        await shares.take(Share("address:gone", every=0.05))
        await asyncio.sleep(0.1)
        await shares.take(Share("address:new", every=3600.0))
        assert isinstance(shares, DatabaseShares)
        engine = shares._database.engine
        with engine.connect() as connection:
            days = [row.day for row in connection.execute(text("SELECT day FROM daily_key"))]
            kept = connection.execute(text("SELECT key FROM share WHERE key IN ('address:gone', 'address:new')"))
            return days, [row.key for row in kept]

    assert in_workers(open_one, used, workers=1) == [(["2026-11-24"], ["address:new"])]


def test_a_redis_that_is_stopped_costs_no_question_and_is_told_of_once(
    redis: RedisServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.limits.failing_open._REST_SECONDS", 0.1)
    share = Share("address:x", every=3600.0, at_once=3)

    async def outage() -> tuple[list[bool], list[bool], str | None, bool, str | None]:
        shares = FailingOpen(RedisShares(redis.address))
        together = [await shares.take(share) == 0.0 for _ in range(2)]
        redis.stop()
        alone = []
        for _ in range(5):
            alone.append(await shares.take(share) == 0.0)
            await shares.daily_key("2026-11-23")
            await asyncio.sleep(0.06)
        problem = shares.problem
        redis.start()
        await asyncio.sleep(0.12)
        again = await shares.take(Share("address:y", every=3600.0)) == 0.0
        after = shares.problem
        await shares.close()
        return together, alone, problem, again, after

    with caplog.at_level(logging.INFO, "assistant.limits"):
        together, alone, problem, again, after = asyncio.run(outage())

    assert (together, again) == ([True, True], True)
    assert alone == [True, True, True, False, False]
    assert problem == "Redis can't be used: ConnectionError; each worker counts for itself"
    assert after is None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert redis.address not in caplog.text


def test_a_redis_that_hangs_holds_nobody_up_for_long(redis: RedisServer) -> None:
    async def asked() -> float:
        shares = FailingOpen(RedisShares(redis.address))
        await shares.take(Share("address:x", every=0.001))
        assert redis._process
        redis._process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        try:
            for _ in range(50):
                await shares.take(Share("address:x", every=0.001))
        finally:
            redis._process.send_signal(signal.SIGCONT)
        await shares.close()
        return time.monotonic() - began

    assert asyncio.run(asked()) < 2.0


def test_a_redis_that_was_started_anew_hashes_as_before(redis: RedisServer) -> None:
    async def keys() -> tuple[bytes, bytes, bytes]:
        worker, other = RedisShares(redis.address), RedisShares(redis.address)
        before = await worker.daily_key("2026-11-23")
        redis.stop()
        redis.start()
        worker._read_at = 0.0
        after = await worker.daily_key("2026-11-23")
        found = before, after, await other.daily_key("2026-11-23")
        await worker.close()
        await other.close()
        return found

    assert len(set(asyncio.run(keys()))) == 1


def test_a_database_that_is_gone_costs_no_question(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    database = open_database(address, passing=True)
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE share"))
    engine.dispose()

    async def asked() -> tuple[list[bool], str | None]:
        shares = FailingOpen(DatabaseShares(database))
        passed = [await shares.take(Share("address:x", every=3600.0, at_once=2)) == 0.0 for _ in range(3)]
        return passed, shares.problem

    passed, problem = asyncio.run(asked())
    assert passed == [True, True, False]
    assert problem
    with closing(database):
        assert "each worker counts for itself" in problem
