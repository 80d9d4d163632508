"""The secretariat: people, sessions, the audit, reviews, queues, approved answers, switches; how a turn was read."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from assistant.migrations.day_counts import add_day_counts

revision = "0003"
down_revision = "0002"

_COUNTED = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_MOMENT = sa.DateTime(timezone=True)

_APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_not_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
        "CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit only grows'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit only grows'; END $$",
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    ),
}


def upgrade() -> None:
    op.add_column("turn", sa.Column("dropped", sa.JSON))
    op.add_column("turn", sa.Column("working", sa.JSON))
    op.create_index("ix_turn_outcome", "turn", ["outcome", "number"])
    _people()
    _audit()
    _reviews()
    _queues()
    _approved()
    _pack()
    _retention()
    add_day_counts()


def downgrade() -> None:
    for table in ("day_feedback", "day_time", "day_asked", "retention"):
        op.drop_table(table)
    for table in ("eval_case", "pack_change", "addendum", "wording", "approved", "comment", "assignment", "lock"):
        op.drop_table(table)
    for table in ("review", "switch", "audit", "sign_in_attempt", "sign_in_link", "session", "person"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_only_grows()")
    for table in ("waiting", "searched", "passage"):
        op.drop_table(table)
    op.drop_index("ix_evidence_used", "evidence")
    op.drop_index("ix_turn_outcome", "turn")
    op.drop_column("turn", "working")
    op.drop_column("turn", "dropped")


def _people() -> None:
    op.create_table(
        "person",
        _id(),
        sa.Column("subject", sa.String(500), nullable=False, unique=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("last_seen", _MOMENT),
    )
    op.create_table(
        "session",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        _person(),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT),
    )
    op.create_index("ix_session_person", "session", ["person"])
    op.create_table(
        "sign_in_link",
        sa.Column("hash", sa.String(64), primary_key=True),
        _person(),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kept", sa.JSON, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", _COUNTED, primary_key=True, autoincrement=False),
        _at(),
        _person(nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject_kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_person", "audit", ["person"])
    op.create_index("ix_audit_subject", "audit", ["subject_kind", "subject"])
    for statement in _APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "switch",
        sa.Column("name", sa.String(20), primary_key=True),
        sa.Column("off", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _person(),
        _at(),
    )


def _reviews() -> None:
    op.create_table(
        "review",
        sa.Column("number", _COUNTED, primary_key=True, autoincrement=True),
        _turn(),
        _person(),
        _at(),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("pack_at_fault", sa.Boolean, nullable=False),
        sa.Column("authoritative", sa.Boolean, nullable=False),
        sa.Column("marks", sa.JSON, nullable=False),
        sa.Column("comment", sa.Text),
    )
    op.create_index("ix_review_turn", "review", ["turn"])
    op.create_table("lock", _turn(primary_key=True), _person(), sa.Column("until", _MOMENT, nullable=False))
    op.create_table("assignment", _turn(primary_key=True), _person())
    op.create_index("ix_assignment_person", "assignment", ["person"])
    op.create_table(
        "comment",
        sa.Column("number", _COUNTED, primary_key=True, autoincrement=True),
        _turn(),
        _person(),
        _at(),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("ix_comment_turn", "comment", ["turn"])


def _queues() -> None:
    op.create_table(
        "waiting",
        sa.Column("queue", sa.String(20), primary_key=True),
        _turn(primary_key=True),
    )
    op.create_index("ix_waiting_turn", "waiting", ["turn"])
    op.create_table("searched", _turn(primary_key=True), sa.Column("words", sa.Text, nullable=False))
    op.create_table(
        "passage",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("heading", sa.JSON, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False),
    )
    op.create_index(
        "ix_evidence_used",
        "evidence",
        ["passage", "turn"],
        sqlite_where=sa.text("used = 1"),
        postgresql_where=sa.text("used"),
    )
    _queue_what_is_there()


def _queue_what_is_there() -> None:
    """Turns of the release before wait and are found like any other; of their passages only the ids are known."""
    for statement in (
        "INSERT INTO waiting SELECT outcome, number FROM turn WHERE outcome IN ('not_in_pack', 'partly_answered')",
        "INSERT INTO waiting SELECT 'declined', number FROM turn WHERE outcome IN ('declined', 'signposted')",
        "INSERT INTO waiting SELECT 'not_useful', turn FROM feedback WHERE NOT useful",
    ):
        op.execute(statement)
    turn = sa.table("turn", sa.column("number"), sa.column("question"), sa.column("answer", sa.JSON))
    searched = sa.table("searched", sa.column("turn"), sa.column("words"))
    kept = sa.select(turn).where(turn.c.question.is_not(None), turn.c.answer.is_not(None))
    rows = [
        {"turn": row.number, "words": f"{row.question}\n{row.answer.get('text', '')}".casefold()}
        for row in op.get_bind().execute(kept)
        if isinstance(row.answer, dict)
    ]
    if rows:
        op.bulk_insert(searched, rows)
    passage = sa.table("passage", *map(sa.column, ("id", "title", "text", "gone")), sa.column("heading", sa.JSON))
    found = op.get_bind().execute(sa.text("SELECT DISTINCT passage FROM evidence")).scalars()
    if rows := [{"id": one, "title": "", "heading": [], "text": "", "gone": False} for one in found]:
        op.bulk_insert(passage, rows)


def _approved() -> None:
    op.create_table(
        "approved",
        _id(),
        sa.Column("campaign", sa.String(200), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("sentences", sa.JSON, nullable=False),
        sa.Column("citations", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        _person("author"),
        _person("approver", nullable=True),
        sa.Column("drafted_at", _MOMENT, nullable=False),
        sa.Column("approved_at", _MOMENT),
        sa.Column("checked_on", _MOMENT),
        sa.Column("replaced", sa.JSON),
        sa.Column("served", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("turn", _COUNTED, sa.ForeignKey("turn.number", ondelete="SET NULL")),
        sa.Column("replaces", sa.String(32), sa.ForeignKey("approved.id")),
    )
    op.create_index("ix_approved_state", "approved", ["campaign", "state"])
    op.create_table(
        "wording",
        sa.Column("number", _COUNTED, primary_key=True, autoincrement=True),
        sa.Column("approved", sa.String(32), sa.ForeignKey("approved.id", ondelete="CASCADE"), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_index("ix_wording_approved", "wording", ["approved"])


def _pack() -> None:
    op.create_table(
        "addendum",
        _id(),
        sa.Column("campaign", sa.String(200), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        _person("author"),
        _person("approver", nullable=True),
        _at(),
    )
    op.create_index("ix_addendum_campaign", "addendum", ["campaign"])
    op.create_table(
        "pack_change",
        _id(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("campaign", sa.String(200), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        _person(),
        _at(),
        sa.Column("summary", sa.JSON, nullable=False),
    )
    op.create_index("ix_pack_change_number", "pack_change", ["campaign", "number"], unique=True)
    op.create_table(
        "question_vector",
        _turn(primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "eval_case",
        _id(),
        sa.Column("campaign", sa.String(200), nullable=False),
        sa.Column("turn", _COUNTED, sa.ForeignKey("turn.number", ondelete="SET NULL"), unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("split", sa.String(10), nullable=False),
        _person(),
        _at(),
    )
    op.create_index("ix_eval_case_campaign", "eval_case", ["campaign"])


def _retention() -> None:
    table = op.create_table(
        "retention",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("after_closing", sa.Integer),
        sa.Column("ran_at", _MOMENT),
        sa.Column("erasures", sa.Integer, nullable=False),
        sa.Column("swept", sa.Integer, nullable=False),
    )
    op.bulk_insert(table, [{"number": 1, "erasures": 0, "swept": 0}])


def _id() -> "sa.Column[Any]":
    return sa.Column("id", sa.String(32), primary_key=True)


def _at() -> "sa.Column[Any]":
    return sa.Column("at", _MOMENT, nullable=False)


def _person(name: str = "person", *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.String(32), sa.ForeignKey("person.id"), nullable=nullable)


def _turn(*, primary_key: bool = False) -> "sa.Column[Any]":
    key = sa.ForeignKey("turn.number", ondelete="CASCADE")
    return sa.Column("turn", _COUNTED, key, primary_key=primary_key, autoincrement=False, nullable=False)
