"""What was asked and answered, and what people thought of it. The only module that knows how it is kept."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, TypeGuard

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from assistant.database import Database, open_database
from assistant.domain import Answer, Outcome, Turn
from assistant.tables import ConversationRow, EvidenceRow, FeedbackRow, LikelyRow, TurnRow

REMEMBERED: Final = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED, Outcome.NOT_IN_PACK)
"""The outcomes whose turns help to read the next question. What was refused is never looked at again."""

_ID: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Started:
    """A turn that was recorded, and the conversation that it belongs to."""

    turn: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the asker thought of an answer; `reason` is None until they were asked for one and said so."""

    useful: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn as it was recorded. `question` is None when it may not be kept, `body` when no answer came (yet).

    `state` is started, finished, failed or stopped.
    """

    id: str
    asked_at: datetime
    state: str
    question: str | None
    body: Mapping[str, Any] | None
    feedback: Feedback | None


def new_id() -> str:
    """128 random bits in hex."""
    return secrets.token_hex(16)


def open_records(address: str) -> "Records":
    """Records in the database at this address, its tables brought up to date. RecordsError says what is wrong."""
    return Records(open_database(address))


class Records:
    """Conversations, turns and feedback. Every method may raise RecordsError; none retries in silence."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def start_turn(self, conversation: str | None, question: str | None, *, asked_at: datetime) -> Started:
        """Record that a question was asked, before anything is said. `question` is None when it may not be kept.

        A conversation that is not known gets a fresh id: nobody joins, or names, a conversation that isn't theirs.
        """

        def work(session: Session) -> Started:
            known = conversation if _is_id(conversation) else ""
            if session.get(ConversationRow, known) is None:
                known = new_id()
                session.add(ConversationRow(id=known, started_at=asked_at))
                session.flush()
            turn = new_id()
            session.add(TurnRow(id=turn, conversation=known, asked_at=asked_at, state="started", question=question))
            return Started(turn, known)

        return await self.database.run(work)

    async def finish_turn(self, turn: str, answer: Answer, body: Mapping[str, Any], *, finished_at: datetime) -> None:
        """Record what was said, as it was said (`body`), and what it was made from."""

        def work(session: Session) -> None:
            row = session.scalars(select(TurnRow).where(TurnRow.id == turn)).one_or_none()
            if row is None:
                return
            row.state = "finished"
            row.finished_at = finished_at
            row.outcome = answer.outcome.value
            row.rule = answer.rule.value if answer.rule else None
            row.mode = answer.mode
            row.answer = dict(body)
            row.tokens_in, row.tokens_out = answer.usage.tokens_in, answer.usage.tokens_out
            row.dollars = answer.usage.dollars
            row.dropped = [{"text": dropped.claim.text, "why": dropped.why} for dropped in answer.dropped]
            session.add_all(_evidence(row.number, answer))
            session.add_all(_likely(row.number, answer))

        await self.database.run(work)

    async def fail_turn(self, turn: str, *, finished_at: datetime, stopped: bool = False) -> None:
        """Record that no answer came; `stopped` when the asker would not wait for it."""

        def work(session: Session) -> None:
            session.execute(
                update(TurnRow)
                .where(TurnRow.id == turn, TurnRow.state == "started")
                .values(state="stopped" if stopped else "failed", finished_at=finished_at)
            )

        await self.database.run(work)

    async def history(self, conversation: str, *, limit: int) -> tuple[Turn, ...]:
        """The last turns that were answered, oldest first; none for a conversation that is not known."""
        if not _is_id(conversation):
            return ()

        def work(session: Session) -> tuple[Turn, ...]:
            rows = session.execute(
                select(TurnRow.question, TurnRow.answer)
                .where(TurnRow.conversation == conversation, TurnRow.outcome.in_(list(REMEMBERED)))
                .order_by(TurnRow.number.desc())
                .limit(limit)
            ).all()
            return tuple(Turn(question, answer["text"]) for question, answer in reversed(rows) if question and answer)

        return await self.database.run(work, reading=True)

    async def turns_of(self, conversation: str) -> tuple[KeptTurn, ...]:
        """Every turn, oldest first, as it was answered; none for a conversation that is not known."""
        if not _is_id(conversation):
            return ()

        def work(session: Session) -> tuple[KeptTurn, ...]:
            rows = session.execute(
                select(TurnRow, FeedbackRow)
                .outerjoin(FeedbackRow, FeedbackRow.turn == TurnRow.number)
                .where(TurnRow.conversation == conversation)
                .order_by(TurnRow.number)
            ).all()
            return tuple(_kept(turn, feedback) for turn, feedback in rows)

        return await self.database.run(work, reading=True)

    async def feedback(self, turn: str, *, useful: bool, reason: str | None, at: datetime) -> bool:
        """Keep what the asker thought of an answer; False when there is no such answer."""
        if not _is_id(turn):
            return False

        def work(session: Session) -> bool:
            number = session.scalars(select(TurnRow.number).where(TurnRow.id == turn)).one_or_none()
            if number is None:
                return False
            session.merge(FeedbackRow(turn=number, useful=useful, reason=reason, at=at))
            return True

        return await self.database.run(work)

    async def forget(self, conversation: str) -> bool:
        """Erase a conversation with all that hangs on it; False when it is not known."""
        if not _is_id(conversation):
            return False

        def work(session: Session) -> bool:
            gone = session.scalars(
                delete(ConversationRow).where(ConversationRow.id == conversation).returning(ConversationRow.id)
            ).all()
            return bool(gone)

        found = await self.database.run(work)
        await self.database.sweep()
        return found

    async def purge(self, *, before: datetime) -> int:
        """Erase the turns asked before a moment, and the conversations that this leaves empty; how many turns."""

        def work(session: Session) -> int:
            gone = session.scalars(delete(TurnRow).where(TurnRow.asked_at < before).returning(TurnRow.number)).all()
            session.execute(
                delete(ConversationRow).where(
                    ConversationRow.started_at < before,
                    ~exists().where(TurnRow.conversation == ConversationRow.id),
                )
            )
            return len(gone)

        gone = await self.database.run(work)
        await self.database.sweep()
        return gone

    async def check(self) -> None:
        """Read one thing; RecordsError says why it can't."""
        await self.database.run(lambda session: session.execute(select(TurnRow.number).limit(1)).all(), reading=True)

    def close(self) -> None:
        """Finish what is under way and let go of the database, also for all others that use it."""
        self.database.close()


def _is_id(text: str | None) -> TypeGuard[str]:
    return text is not None and _ID.fullmatch(text) is not None


def _kept(turn: TurnRow, feedback: FeedbackRow | None) -> KeptTurn:
    thought = Feedback(feedback.useful, feedback.reason) if feedback else None
    return KeptTurn(turn.id, turn.asked_at, turn.state, turn.question, turn.answer, thought)


def _evidence(number: int, answer: Answer) -> list[EvidenceRow]:
    used = {citation.passage.id for citation in answer.citations}
    return [
        EvidenceRow(
            turn=number,
            rank=rank,
            passage=evidence.passage.id,
            score=evidence.score,
            dense=evidence.dense,
            lexical=evidence.lexical,
            used=evidence.passage.id in used,
        )
        for rank, evidence in enumerate(answer.evidence, start=1)
    ]


def _likely(number: int, answer: Answer) -> list[LikelyRow]:
    return [
        LikelyRow(
            turn=number,
            part=part,
            rank=rank,
            answered=one.answered,
            passage=one.passage,
            quote=one.quote,
            probability=one.probability,
        )
        for part, own in groupby(answer.likeliest, key=lambda one: one.part)
        for rank, one in enumerate(own, start=1)
    ]
