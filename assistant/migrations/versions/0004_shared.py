"""What several machines share: which versions of an index were published, limits on askers, the model's cost today."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _published()
    _limits()


def downgrade() -> None:
    for table in ("model_day", "daily_key", "share", "published_index"):
        op.drop_table(table)


def _published() -> None:
    op.create_table(
        "published_index",
        sa.Column("number", _COUNTED, primary_key=True, autoincrement=True),
        sa.Column("campaign", sa.String(200), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.Column("sheet_sha256", sa.String(64)),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_published_index_campaign", "published_index", ["campaign", "number"])


def _limits() -> None:
    op.create_table(
        "share",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("until", sa.Double, nullable=False),
        # What is worth nothing after a minute need not go through PostgreSQL's log.
        prefixes=["UNLOGGED"] if op.get_bind().dialect.name == "postgresql" else [],
    )
    op.create_table(
        "daily_key",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
    )
    op.create_table(
        "model_day",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("nanodollars", sa.BigInteger, nullable=False),
    )
