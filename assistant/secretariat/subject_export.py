"""Everything that is kept of one conversation, for whoever asks what is held about them.

It follows the tables: whatever row points at a turn is in it, so that a new table can't be forgotten.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.secretariat.audit import Change, note
from assistant.secretariat.tables import AuditRow, PersonRow
from assistant.tables import Base, ConversationRow, TurnRow

Held = dict[str, Any]
"""What is held, in plain values: `conversation`, its `turns` each with the rows that point at it, and `audit`."""


class SubjectExports:
    """Reads all that is held. Each export is noted in the audit. May raise RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, conversation: str, *, by: str, at: datetime) -> Held | None:
        """None when there is no such conversation."""

        def work(session: Session) -> Held | None:
            row = session.get(ConversationRow, conversation)
            if row is None:
                return None
            held = _held(session, row)
            after = {"questions": len(held["turns"])}
            note(session, Change(by, "exported", "conversation", conversation, None, after), at=at)
            return held

        return await self._database.run(work)


def as_text(held: Held) -> str:
    """The same for people to read: every value under the name of what it is."""
    return "\n".join(_lines(held, depth=0)) + "\n"


def tables_of_a_turn() -> tuple[tuple[Table, Column[Any]], ...]:
    """Every table whose rows point at a turn, and the column that does."""
    turn = Base.metadata.tables["turn"]
    return tuple(
        (table, column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table is turn for key in column.foreign_keys)
    )


def _held(session: Session, conversation: ConversationRow) -> Held:
    names = {row.id: row.name for row in session.execute(select(PersonRow.id, PersonRow.name))}
    asked = select(TurnRow.__table__).where(TurnRow.conversation == conversation.id).order_by(TurnRow.number)
    turns = [_plain(row, names) for row in session.execute(asked).mappings()]
    for turn in turns:
        for table, column in tables_of_a_turn():
            turn[table.name] = list(_pointing(session, table, column, turn["number"], names))
    return {
        "conversation": {"id": conversation.id, "started_at": conversation.started_at.isoformat()},
        "turns": turns,
        "audit": list(_audit(session, conversation, turns, names)),
    }


def _pointing(
    session: Session, table: Table, column: Column[Any], turn: int, names: Mapping[str, str]
) -> Iterator[Held]:
    for row in session.execute(select(table).where(column == turn)).mappings():
        yield {name: value for name, value in _plain(row, names).items() if name != column.name}


def _audit(
    session: Session, conversation: ConversationRow, turns: list[Held], names: Mapping[str, str]
) -> Iterator[Held]:
    ids = [conversation.id, *(turn["id"] for turn in turns)]
    asked = select(AuditRow.__table__).where(AuditRow.subject.in_(ids)).order_by(AuditRow.number)
    for row in session.execute(asked).mappings():
        yield {name: value for name, value in _plain(row, names).items() if "hash" not in name}


def _plain(row: Mapping[Any, Any], names: Mapping[str, str]) -> Held:
    """Values that JSON knows; a colleague by name, a vector by its size."""
    return {str(name): _value(value, names) for name, value in row.items()}


def _value(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return names.get(value, value) if isinstance(value, str) else value


def _lines(held: Any, *, depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, value in held.items() if isinstance(held, dict) else enumerate(held, start=1):
        title = f"{indent}{str(name).replace('_', ' ')}:"
        if isinstance(value, dict | list):
            inner = list(_lines(value, depth=depth + 1))
            yield from [title, *inner] if inner else []
        elif value is not None and value != "":
            yield f"{title} {str(value).replace(chr(10), chr(10) + indent + '  ')}"
