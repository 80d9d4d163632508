"""What a database holds, whatever table or file it stands in; and rows of every table that hangs on a turn."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Integer, LargeBinary, Table, insert, select
from sqlalchemy.engine import Engine, make_url

from assistant.database import Database
from assistant.secretariat.subject_export import tables_of_a_turn
from assistant.tables import Base, Utc
from tests.secretariat.conftest import NOW

OWN = {"approved"}
"""What points at a turn and is the secretariat's own: it stays, without personal data."""


def all_that_is_held(database: Database) -> bytes:
    """Every byte of SQLite's files, and of whatever lies beside them; of PostgreSQL every row of every table."""
    engine = database.engine
    if engine.dialect.name == "sqlite":
        file = make_url(engine.url).database
        assert file
        return b"".join(path.read_bytes() for path in sorted(Path(file).parent.rglob("*")) if path.is_file())
    return "\n".join(str(row) for table in Base.metadata.sorted_tables for row in _rows(engine, table)).encode()


def everything(database: Database, *, but: Collection[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each table, but of some."""
    tables = (table for table in Base.metadata.sorted_tables if table.name not in but)
    return {table.name: _rows(database.engine, table) for table in tables}


def fill_all(database: Database, turn: int, person: str, words: str) -> set[str]:
    """A row with these words in each table that hangs on a turn, and has none for it; the names of the tables."""
    filled = set()
    with database.engine.begin() as connection:
        for table, column in tables_of_a_turn():
            if table.name in OWN or connection.execute(select(table).where(column == turn)).first():
                continue
            connection.execute(insert(table).values(_row(table, column, turn, person, words)))
            filled.add(table.name)
    return filled


def _row(table: Table, pointing: Column[Any], turn: int, person: str, words: str) -> dict[str, Any]:
    row = {column.name: _value(column, words) for column in table.columns if column.autoincrement is not True}
    people = {
        column.name: person
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }
    return row | people | {pointing.name: turn}


def _value(column: Column[Any], words: str) -> Any:
    kinds: tuple[tuple[Any, Any], ...] = (
        (Utc, NOW),
        (JSON, [{"reason": words}]),
        (Boolean, False),
        (LargeBinary, words.encode()),
        (Float, 0.5),
        ((Integer, BigInteger), 1),
    )
    for kind, value in kinds:
        if isinstance(column.type, kind):
            return value
    return json.dumps({"id": words}) if column.name == "text" else words


def _rows(engine: Engine, table: Table) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table))]
