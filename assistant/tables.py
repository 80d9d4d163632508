"""The tables of the records, as SQLAlchemy models. What changes here needs a migration in `migrations/versions`."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, Index, Integer, String, Text, TypeDecorator
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

    `dropped` are the claims that did not pass, each with its `text` and `why`; NULL for turns before they were kept.
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


class EvidenceRow(Base):
    """A passage that the search found for a turn, best first from rank 1, and whether the answer cites it."""

    __tablename__ = "evidence"

    turn: Mapped[int] = mapped_column(
        Counted, ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    passage: Mapped[str] = mapped_column(String(64))
    score: Mapped[float]
    dense: Mapped[float]
    lexical: Mapped[float]
    used: Mapped[bool]


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
