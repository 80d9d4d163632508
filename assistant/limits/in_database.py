"""Shares in the database of the records, for several workers on one machine or on many."""

import secrets
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError, insert_into
from assistant.limits import Share, SharesError, taken
from assistant.limits.tables import DailyKeyRow, ShareRow

_SWEEP_SECONDS: Final = 60.0
_KEY_SECONDS: Final = 60.0
"""How old the known daily key may be: whoever was cut off for a while agrees with the others soon after."""

Result = TypeVar("Result")


class DatabaseShares:
    """`database` is closed with it."""

    problem: str | None = None

    def __init__(self, database: Database) -> None:
        self._database = database
        self._swept_at = time.monotonic()
        self._day, self._key, self._read_at = "", "", 0.0

    async def take(self, *shares: Share) -> float:
        waits = await self._run(partial(_take, shares=shares))
        if time.monotonic() - self._swept_at > _SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            await self._run(_sweep)
        return waits

    async def hold(self, *keys: str, seconds: float) -> None:
        await self._run(partial(_hold, keys=keys, seconds=seconds))

    async def daily_key(self, day: str) -> bytes:
        if day != self._day or time.monotonic() - self._read_at > _KEY_SECONDS:
            self._key = await self._run(partial(_daily_key, day=day))
            self._day, self._read_at = day, time.monotonic()
        return bytes.fromhex(self._key)

    async def close(self) -> None:
        self._database.close()

    async def _run(self, work: Callable[[Session], Result]) -> Result:
        try:
            return await self._database.run(work)
        except RecordsError as error:
            raise SharesError(str(error)) from error


def _take(session: Session, *, shares: Sequence[Share]) -> float:
    now = _now(session)
    for share in shares:
        waits, until = taken(_locked(session, share.key), share, now=now)
        if waits:
            return waits
        _write(session, share.key, until)
    return 0.0


def _hold(session: Session, *, keys: Sequence[str], seconds: float) -> None:
    if not seconds:
        session.execute(delete(ShareRow).where(ShareRow.key.in_(keys)))
        return
    until = _now(session) + seconds
    # In one order: two who hold the same keys must not wait for each other.
    kept = insert_into(session, ShareRow).values([{"key": key, "until": until} for key in sorted(keys)])
    session.execute(kept.on_conflict_do_update(index_elements=[ShareRow.key], set_={"until": kept.excluded.until}))


def _daily_key(session: Session, *, day: str) -> str:
    mine = {"day": day, "key": secrets.token_hex(32)}
    session.execute(insert_into(session, DailyKeyRow).values(mine).on_conflict_do_nothing())
    session.execute(delete(DailyKeyRow).where(DailyKeyRow.day < day))
    return session.scalars(select(DailyKeyRow.key).where(DailyKeyRow.day == day)).one()


def _sweep(session: Session) -> None:
    # Without those that somebody takes from: two who wait for each other's rows would both be turned away.
    past = select(ShareRow.key).where(ShareRow.until < _now(session)).with_for_update(skip_locked=True)
    session.execute(delete(ShareRow).where(ShareRow.key.in_(session.scalars(past).all())))


def _now(session: Session) -> float:
    """The database's clock where machines share one: theirs need not agree."""
    if session.get_bind().dialect.name == "postgresql":
        return float(session.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())
    return time.time()


def _locked(session: Session, key: str) -> float:
    """The moment of a share, which nobody else takes from until this transaction ends."""
    kept = insert_into(session, ShareRow).values(key=key, until=0.0)
    statement = kept.on_conflict_do_update(index_elements=[ShareRow.key], set_={"until": ShareRow.until})
    return float(session.execute(statement.returning(ShareRow.until)).scalar_one())


def _write(session: Session, key: str, until: float) -> None:
    session.execute(update(ShareRow).where(ShareRow.key == key).values(until=until))
