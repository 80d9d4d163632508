"""What the language model may be used for in a day, by all workers: set aside before a call, settled after it.

It lies in the database of the records wherever limits are kept: money must outlast a restart.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import ceil

from sqlalchemy import update
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError, insert_into
from assistant.domain import Usage
from assistant.limits.tables import ModelDayRow

_log = logging.getLogger("assistant.budget")


class BudgetError(Exception):
    """No call may be made now: today's budget is spent, or can't be read."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """The most in a day (UTC). None: as much as there is."""

    tokens: int | None = None
    dollars: float | None = None


@dataclass(frozen=True, slots=True)
class SetAside:
    """What one call may cost at most, taken from the budget of its day."""

    day: str
    tokens: int
    nanodollars: int


def _today() -> date:
    return datetime.now(UTC).date()


class Budget:
    """A call that is never settled, because its worker was killed, counts with all that was set aside for it."""

    def __init__(self, database: Database, allowance: Allowance, *, day: Callable[[], date] = _today) -> None:
        self._database = database
        self._allowance = allowance
        self._day = day
        self._spent_on = ""

    @property
    def is_spent(self) -> bool:
        """Whether a call was refused here today."""
        return self._spent_on == self._day().isoformat()

    async def set_aside(self, most: Usage) -> SetAside:
        """BudgetError when today's budget does not hold so much any more, or nobody can say whether it does."""
        aside = SetAside(self._day().isoformat(), most.tokens_in + most.tokens_out, _nano(most.dollars))
        try:
            fits = await self._database.run(lambda session: _take(session, aside, self._allowance))
        except RecordsError as error:
            raise BudgetError(f"the model's budget can't be read: {error}") from error
        if not fits:
            self._say_spent(aside.day)
            raise BudgetError("today's budget for the model is spent")
        return aside

    async def settle(self, aside: SetAside, used: Usage) -> None:
        """Give back what was not used."""
        tokens = used.tokens_in + used.tokens_out - aside.tokens
        nanodollars = _nano(used.dollars) - aside.nanodollars
        row = update(ModelDayRow).where(ModelDayRow.day == aside.day)
        change = row.values(tokens=ModelDayRow.tokens + tokens, nanodollars=ModelDayRow.nanodollars + nanodollars)
        try:
            await self._database.run(lambda session: session.execute(change))
        except RecordsError as error:
            _log.error("a call was not settled, and counts with all that was set aside for it: %s", error)

    def _say_spent(self, day: str) -> None:
        if day != self._spent_on:
            self._spent_on = day
            _log.warning("the model's budget of %s is spent: the pack is quoted until midnight UTC", day)


def _take(session: Session, aside: SetAside, allowance: Allowance) -> bool:
    """In one statement, so that two workers never take the same tokens."""
    most_tokens = _BOUNDLESS if allowance.tokens is None else allowance.tokens
    most_nano = _BOUNDLESS if allowance.dollars is None else _nano(allowance.dollars)
    if aside.tokens > most_tokens or aside.nanodollars > most_nano:
        return False
    tokens, nanodollars = ModelDayRow.tokens + aside.tokens, ModelDayRow.nanodollars + aside.nanodollars
    first = {"day": aside.day, "tokens": aside.tokens, "nanodollars": aside.nanodollars}
    statement = (
        insert_into(session, ModelDayRow)
        .values(first)
        .on_conflict_do_update(
            index_elements=[ModelDayRow.day],
            set_={"tokens": tokens, "nanodollars": nanodollars},
            where=(tokens <= most_tokens) & (nanodollars <= most_nano),
        )
    )
    return session.execute(statement.returning(ModelDayRow.day)).first() is not None


_BOUNDLESS = 2**62


def _nano(dollars: float) -> int:
    """In whole numbers, whose sums are exact."""
    return ceil(round(dollars * 1e9, 3))
