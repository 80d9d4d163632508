"""The sentences that were likeliest to answer, and how likely."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "likely",
        sa.Column("turn", _COUNTED, sa.ForeignKey("turn.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("answered", sa.Double, nullable=False),
        sa.Column("passage", sa.String(64), nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("likely")
