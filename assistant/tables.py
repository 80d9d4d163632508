"""The tables of the records, as SQLAlchemy models. What changes here needs a migration in `migrations/versions`.

A candidate's words, or what was made of them, stand in turn.question, answer, dropped and working, in
feedback.reason and in searched.words: whatever erases them has to clear these. `passage` holds only the pack's.
"""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, Integer, String, Text, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[datetime]):
    """A moment in UTC, also in SQLite, which keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


Counted = BigInteger().with_variant(Integer, "sqlite")
"""A number the database hands out: order is kept even when the clock goes back."""


_JSON = JSON(none_as_null=True)


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {datetime: Utc, dict[str, Any]: _JSON, list[Any]: _JSON}


class ConversationRow(Base):
    """`id` is 128 random bits in hex: who knows it holds the conversation."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    started_at: Mapped[datetime]


class TurnRow(Base):
    """One question. `question` is NULL when it may not be kept; `state` is started, finished, failed or stopped.

    `dropped` are the claims that did not pass, each with `text` and `why`. `working` is how it was read: `restated`,
    `parts` with what was `asked` and the `probability` that the pack answers, and the `line` from which on it is taken
    to. Both are NULL for turns before they were kept.
    """

    __tablename__ = "turn"
    __table_args__ = (Index("ix_turn_outcome", "outcome", "number"),)

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    conversation: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(10))
    question: Mapped[str | None] = mapped_column(Text)
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    rule: Mapped[str | None] = mapped_column(String(20))
    mode: Mapped[str | None] = mapped_column(String(20))
    answer: Mapped[dict[str, Any] | None]
    tokens_in: Mapped[int] = mapped_column(default=0)
    tokens_out: Mapped[int] = mapped_column(default=0)
    dollars: Mapped[float] = mapped_column(default=0.0)
    dropped: Mapped[list[Any] | None]
    working: Mapped[dict[str, Any] | None]


class SearchedRow(Base):
    """The words of a turn's question and answer, folded, to be searched by the secretariat."""

    __tablename__ = "searched"

    turn: Mapped[int] = mapped_column(
        Counted, ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    words: Mapped[str] = mapped_column(Text)


class WaitingRow(Base):
    """A turn that waits in a queue of the secretariat, until somebody has looked at it."""

    __tablename__ = "waiting"

    queue: Mapped[str] = mapped_column(String(20), primary_key=True)
    turn: Mapped[int] = mapped_column(
        Counted, ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )


class EvidenceRow(Base):
    """A passage that the search found for a turn, best first from rank 1, and whether the answer cites it."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_used", "passage", "turn", sqlite_where=text("used = 1"), postgresql_where=text("used")),
    )

    turn: Mapped[int] = mapped_column(
        Counted, ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    passage: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    dense: Mapped[float]
    lexical: Mapped[float]
    used: Mapped[bool]


class PassageRow(Base):
    """The words of a passage that a search found, so that they can be read when its version is gone. Kept once.

    `gone` says that the version now served no longer has it.
    """

    __tablename__ = "passage"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    heading: Mapped[list[Any]]
    page: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    gone: Mapped[bool] = mapped_column(default=False)


class LikelyRow(Base):
    """A sentence that was weighed for a part of a turn's question, likeliest first from rank 1.

    `answered` is the probability that the pack answers the part, `probability` that this sentence does.
    """

    __tablename__ = "likely"

    turn: Mapped[int] = mapped_column(
        Counted, ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answered: Mapped[float]
    passage: Mapped[str] = mapped_column(String(64))
    quote: Mapped[str] = mapped_column(Text)
    probability: Mapped[float]


class FeedbackRow(Base):
    """What the asker thought of an answer; the last word counts."""

    __tablename__ = "feedback"

    turn: Mapped[int] = mapped_column(
        Counted, ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    useful: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class DayAskedRow(Base):
    """How many questions of a day had an intent and ended so. These counts stay when the questions are erased.

    `intent` is the subject that a question names, the rule that refused it, or one of the words in `daily_counts`;
    `outcome` is that of the answer, or the state of a turn that got none.
    """

    __tablename__ = "day_asked"

    day: Mapped[date] = mapped_column(primary_key=True)
    intent: Mapped[str] = mapped_column(String(40), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20), primary_key=True)
    mode: Mapped[str] = mapped_column(String(20), primary_key=True)
    questions: Mapped[int]
    tokens_in: Mapped[int] = mapped_column(BigInteger)
    tokens_out: Mapped[int] = mapped_column(BigInteger)
    dollars: Mapped[float]


class DayTimeRow(Base):
    """How many questions of a day that were put to the pack took so long, to two figures."""

    __tablename__ = "day_time"

    day: Mapped[date] = mapped_column(primary_key=True)
    milliseconds: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    questions: Mapped[int]


class DayFeedbackRow(Base):
    """How many answers to the questions of a day were found useful, or not."""

    __tablename__ = "day_feedback"

    day: Mapped[date] = mapped_column(primary_key=True)
    useful: Mapped[bool] = mapped_column(primary_key=True)
    answers: Mapped[int]
