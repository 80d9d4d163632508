"""Conversations, their turns, the evidence behind each, and feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("started_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "turn",
        sa.Column("number", _COUNTED, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("conversation", sa.String(32), sa.ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("finished_at", _MOMENT),
        sa.Column("outcome", sa.String(20)),
        sa.Column("rule", sa.String(20)),
        sa.Column("mode", sa.String(20)),
        sa.Column("answer", sa.JSON),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("dollars", sa.Double, nullable=False),
    )
    op.create_index("ix_turn_conversation", "turn", ["conversation"])
    op.create_index("ix_turn_asked_at", "turn", ["asked_at"])
    op.create_table(
        "evidence",
        sa.Column("turn", _COUNTED, sa.ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("passage", sa.String(64), nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("dense", sa.Double, nullable=False),
        sa.Column("lexical", sa.Double, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False),
    )
    op.create_table(
        "feedback",
        sa.Column("turn", _COUNTED, sa.ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("useful", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("at", _MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("feedback", "evidence", "turn", "conversation"):
        op.drop_table(table)
