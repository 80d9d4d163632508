"""From the release before to this one, with data in place."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event, text

import assistant.limits.tables
import assistant.secretariat.tables  # noqa: F401 - the tables that Base is to know
from assistant.database import RecordsError, open_database
from assistant.records import Records
from assistant.secretariat.stores import open_secretariat
from assistant.settings import ROOT
from assistant.tables import Base
from tests.secretariat.conftest import NOW, run

_CONVERSATION = "0" * 31 + "1"
_FILLED = (
    f"INSERT INTO conversation VALUES ('{_CONVERSATION}', '{NOW.isoformat(' ')}')",
    "INSERT INTO turn (number, id, conversation, asked_at, state, question, outcome, mode, answer, tokens_in,"
    f" tokens_out, dollars) VALUES (7, '{'a' * 32}', '{_CONVERSATION}', '{NOW.isoformat(' ')}', 'finished',"
    " 'How often?', 'answered', 'quoting', '{\"text\": \"Four times.\"}', 0, 0, 0)",
    "INSERT INTO evidence VALUES (7, 1, 'p1', 0.5, 0.4, 3.0, true)",
    "INSERT INTO likely VALUES (7, 0, 1, 0.9, 'p1', 'Four times.', 0.8)",
    f"INSERT INTO feedback VALUES (7, false, 'wrong', '{NOW.isoformat(' ')}')",
)


def filled_at_0002(database_address: str) -> None:
    """A database as the release before left it, with a conversation in it."""
    engine = create_engine(database_address)
    config = Config()
    config.set_main_option("script_location", str(ROOT / "assistant" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in _FILLED:
            connection.execute(text(statement.replace(":", r"\:")))
    engine.dispose()


def test_what_the_release_before_kept_is_there_and_goes_on_working(database_address: str) -> None:
    filled_at_0002(database_address)

    database = open_database(database_address)

    records = Records(database)
    (turn,) = run(records.turns_of(_CONVERSATION))
    assert (turn.question, turn.body) == ("How often?", {"text": "Four times."})
    assert turn.feedback is not None
    assert turn.feedback.reason == "wrong"
    assert run(records.start_turn(_CONVERSATION, "And where?", asked_at=NOW)).conversation == _CONVERSATION
    assert _rows(database.engine, "SELECT dropped FROM turn WHERE number = 7") == [(None,)]
    database.close()


def test_an_answer_of_the_release_before_waits_and_is_found(database_address: str) -> None:
    filled_at_0002(database_address)
    database = open_database(database_address)

    assert _rows(database.engine, "SELECT queue, turn FROM waiting") == [("not_useful", 7)]
    assert _rows(database.engine, "SELECT turn, words FROM searched") == [(7, "how often?\nfour times.")]
    assert _rows(database.engine, "SELECT id, text FROM passage") == [("p1", "")]
    found = run(open_secretariat(database, by_links=True).answers.find("a" * 32, at=NOW))
    assert found is not None
    assert (found.working, found.dropped) == (None, None)
    assert [(one.passage, one.text, one.used) for one in found.evidence] == [("p1", "", True)]
    database.close()


def test_what_hangs_on_a_turn_goes_with_its_conversation_and_an_eval_case_stays_without_it(
    database_address: str,
) -> None:
    filled_at_0002(database_address)
    database = open_database(database_address)
    at = NOW.isoformat(" ").replace(":", r"\:")
    with database.engine.begin() as connection:
        for statement in (
            "INSERT INTO person VALUES ('p', 'link\\:p', 'Ada', 'reviewer', NULL)",
            "INSERT INTO review (turn, person, at, verdict, pack_at_fault, authoritative, marks)"
            f" VALUES (7, 'p', '{at}', 'right', false, false, '[]')",
            f"INSERT INTO lock VALUES (7, 'p', '{at}')",
            "INSERT INTO assignment VALUES (7, 'p')",
            f"INSERT INTO comment (turn, person, at, words) VALUES (7, 'p', '{at}', 'look')",
            f"INSERT INTO eval_case VALUES ('e', 'board', 7, 'text', 'test', 'p', '{at}')",
        ):
            connection.execute(text(statement))

    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM conversation"))

    for table in ("turn", "review", "lock", "assignment", "comment", "evidence", "likely", "feedback"):
        assert _rows(database.engine, f"SELECT * FROM {table}") == []
    assert _rows(database.engine, "SELECT id, turn FROM eval_case") == [("e", None)]
    database.close()


def test_the_tables_are_those_that_the_models_describe(database_address: str) -> None:
    filled_at_0002(database_address)
    database = open_database(database_address)

    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert differences == []
    database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database_address = f"sqlite:///{tmp_path / 'records.sqlite3'}"
    filled_at_0002(database_address)

    def full(connection: object, cursor: object, statement: str, *_: object) -> None:
        if "CREATE TABLE eval_case" in statement:
            raise OSError("no space left on the device")

    event.listen(Engine, "before_cursor_execute", full)
    with pytest.raises(RecordsError, match="no space left"):
        open_database(database_address)
    event.remove(Engine, "before_cursor_execute", full)

    engine = create_engine(database_address)
    assert _rows(engine, "SELECT version_num FROM alembic_version") == [("0002",)]
    assert _rows(engine, "SELECT question FROM turn") == [("How often?",)]
    engine.dispose()
    open_database(database_address).close()


def _rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]
