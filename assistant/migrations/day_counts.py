"""The counts of each day, as migration 0003 adds them, with what the turns that are there come to."""

from collections import Counter
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

_AMOUNTS = ("questions", "tokens_in", "tokens_out", "dollars")
_MOMENT = sa.DateTime(timezone=True)


def add_day_counts() -> None:
    asked = op.create_table(
        "day_asked",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("intent", sa.String(40), primary_key=True),
        sa.Column("outcome", sa.String(20), primary_key=True),
        sa.Column("mode", sa.String(20), primary_key=True),
        sa.Column("questions", sa.Integer, nullable=False),
        sa.Column("tokens_in", sa.BigInteger, nullable=False),
        sa.Column("tokens_out", sa.BigInteger, nullable=False),
        sa.Column("dollars", sa.Double, nullable=False),
    )
    time = op.create_table(
        "day_time",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("milliseconds", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("questions", sa.Integer, nullable=False),
    )
    feedback = op.create_table(
        "day_feedback",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("useful", sa.Boolean, primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
    )
    for table, rows in zip((asked, time, feedback), _counted(), strict=True):
        op.bulk_insert(table, rows)


def _counted() -> tuple[list[dict[str, Any]], ...]:
    """What the turns kept so far come to. Which subjects they name was not counted then: their intent is empty."""
    asked: dict[tuple[Any, ...], list[float]] = {}
    times: Counter[tuple[Any, ...]] = Counter()
    thoughts: Counter[tuple[Any, ...]] = Counter()
    for row in op.get_bind().execute(_ended(), execution_options={"yield_per": 500}):
        day = (row.asked_at.astimezone(UTC) if row.asked_at.tzinfo else row.asked_at).date()
        amounts = asked.setdefault((day, row.rule or "", row.outcome or row.state, row.mode or ""), [0, 0, 0, 0.0])
        for place, amount in enumerate((1, row.tokens_in, row.tokens_out, row.dollars)):
            amounts[place] += amount
        if milliseconds := _took(row):
            times[(day, milliseconds)] += 1
        if row.useful is not None:
            thoughts[(day, row.useful)] += 1
    keys = ("day", "intent", "outcome", "mode")
    return (
        [dict(zip((*keys, *_AMOUNTS), (*key, *amounts), strict=True)) for key, amounts in asked.items()],
        [{"day": day, "milliseconds": spent, "questions": count} for (day, spent), count in times.items()],
        [{"day": day, "useful": useful, "answers": count} for (day, useful), count in thoughts.items()],
    )


def _ended() -> "sa.Select[Any]":
    turn = sa.table(
        "turn",
        *(sa.column(name) for name in ("number", "state", "outcome", "rule", "mode", "tokens_in", "tokens_out")),
        sa.column("asked_at", _MOMENT),
        sa.column("answer", sa.JSON),
        sa.column("dollars", sa.Double),
    )
    feedback = sa.table("feedback", sa.column("turn"), sa.column("useful", sa.Boolean))
    found = sa.select(turn, feedback.c.useful).outerjoin(feedback, feedback.c.turn == turn.c.number)
    return found.where(turn.c.state != "started")


def _took(row: Any) -> int | None:
    """Milliseconds, to two figures, of a question that was put to the pack."""
    if row.outcome not in ("answered", "partly_answered", "not_in_pack"):
        return None
    total = ((row.answer or {}).get("timings_ms") or {}).get("total")
    return max(1, round(float(f"{total:.1e}"))) if total else None
