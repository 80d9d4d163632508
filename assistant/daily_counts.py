"""What each day comes to, counted as it happens: how questions ended, how long they took, what was thought of them.

The counts hold no words and point at no turn, so that they stay true when turns are erased.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from assistant.database import insert_into
from assistant.domain import Outcome
from assistant.subjects import asked_about
from assistant.tables import Base, DayAskedRow, DayFeedbackRow, DayTimeRow, TurnRow

GREETING: Final = "greeting"
UNCLEAR: Final = "unclear"
OTHER: Final = "other"
NOT_COUNTED: Final = ""
"""The intent of questions that were asked before subjects were counted."""

PUT_TO_PACK: Final = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED, Outcome.NOT_IN_PACK)
"""The outcomes of questions that were put to the pack; the others are fixed replies, or none."""

_FIGURES: Final = 2
_FIXED: Final = {Outcome.GREETED.value: GREETING, Outcome.CLARIFY.value: UNCLEAR}


def count_turn(session: Session, turn: TurnRow, *, milliseconds: float | None = None) -> None:
    """A turn has ended, with an answer or without; `milliseconds` is how long the answer took."""
    ended = turn.outcome or turn.state
    intent = turn.rule or _FIXED.get(ended) or _subject(turn.question)
    key = {"day": _day(turn.asked_at), "intent": intent, "outcome": ended, "mode": turn.mode or ""}
    amounts = {"tokens_in": turn.tokens_in, "tokens_out": turn.tokens_out, "dollars": turn.dollars}
    _add(session, DayAskedRow, key, {"questions": 1, **amounts})
    if milliseconds is not None and ended in PUT_TO_PACK:
        _add(session, DayTimeRow, {"day": key["day"], "milliseconds": rounded(milliseconds)}, {"questions": 1})


def count_feedback(session: Session, asked_at: datetime, *, useful: bool, before: bool | None) -> None:
    """Somebody thinks so of an answer; `before` is what they thought until now."""
    if useful is before:
        return
    changes = {useful: 1} if before is None else {useful: 1, before: -1}
    # In one order for everybody: two who change their minds at once must not wait for each other.
    for thought in sorted(changes):
        key = {"day": _day(asked_at), "useful": thought}
        _add(session, DayFeedbackRow, key, {"answers": changes[thought]})


def rounded(milliseconds: float) -> int:
    """To two figures: near enough for a median, and few enough to count."""
    return max(1, round(float(f"{milliseconds:.{_FIGURES - 1}e}")))


def _add(session: Session, row: type[Base], key: Mapping[str, Any], amounts: Mapping[str, float]) -> None:
    """More of what is counted under a key, in one statement: several processes may count at once."""
    table = cast(Table, row.__table__)
    insert = insert_into(session, row).values(**key, **amounts)
    more = {name: table.c[name] + insert.excluded[name] for name in amounts}
    session.execute(insert.on_conflict_do_update(index_elements=list(key), set_=more))


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _subject(question: str | None) -> str:
    named = asked_about(question) if question else ()
    return named[0].name if named else OTHER
