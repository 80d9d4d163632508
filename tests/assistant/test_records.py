"""Records on real databases, SQLite and PostgreSQL: what was acknowledged is there, whatever happens."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import assistant.limits.tables
import assistant.published_index
import assistant.secretariat.tables  # noqa: F401 - the tables that Base is to know
from assistant.database import HEAD, Database, RecordsError
from assistant.domain import Answer, Likely, Outcome, Rule, Turn
from assistant.records import Feedback, KeptTurn, Records, Started, open_records
from assistant.tables import Base

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
Result = TypeVar("Result")


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database of SQLite is to be, for what only its files can show."""
    return tmp_path / "deeper" / "records.sqlite3"


@pytest.fixture
def in_file(file: Path) -> Iterator[Records]:
    records = open_records(f"sqlite:///{file}")
    yield records
    records.close()


def run(work: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run(work)


async def said(
    records: Records,
    question: str,
    *,
    conversation: str | None = None,
    outcome: Outcome = Outcome.ANSWERED,
    asked_at: datetime = NOW,
) -> Started:
    started = await records.start_turn(conversation, question, asked_at=asked_at)
    text = f"Answer to {question}"
    await records.finish_turn(started.turn, Answer(outcome, text), {"text": text}, finished_at=asked_at)
    return started


def test_history_is_the_last_answered_turns_oldest_first(records: Records) -> None:
    async def story() -> tuple[Turn, ...]:
        conversation = (await said(records, "one")).conversation
        for question, outcome in [
            ("two", Outcome.NOT_IN_PACK),
            ("refused", Outcome.DECLINED),
            ("three", Outcome.PARTLY_ANSWERED),
            ("hello", Outcome.GREETED),
            ("four", Outcome.ANSWERED),
        ]:
            await said(records, question, conversation=conversation, outcome=outcome)
        await records.start_turn(conversation, "unfinished", asked_at=NOW)
        await said(records, "someone else's")
        return await records.history(conversation, limit=3)

    assert run(story()) == tuple(Turn(name, f"Answer to {name}") for name in ("two", "three", "four"))


def test_order_is_kept_when_the_clock_goes_back(records: Records) -> None:
    async def story() -> tuple[Turn, ...]:
        conversation = (await said(records, "first", asked_at=NOW)).conversation
        await said(records, "second", conversation=conversation, asked_at=NOW - timedelta(hours=1))
        return await records.history(conversation, limit=5)

    assert [turn.question for turn in run(story())] == ["first", "second"]


def test_a_conversation_is_told_whole_in_order_as_it_was_answered_with_what_was_thought_of_it(records: Records) -> None:
    async def story() -> tuple[KeptTurn, ...]:
        first = await said(records, "one", asked_at=NOW)
        await records.feedback(first.turn, useful=False, reason="wrong", at=NOW)
        held_back = await records.start_turn(first.conversation, None, asked_at=NOW - timedelta(hours=1))
        answer = Answer(Outcome.SIGNPOSTED, "Call 999.", Rule.CHILD_AT_RISK)
        await records.finish_turn(held_back.turn, answer, {"text": answer.text}, finished_at=NOW)
        await records.start_turn(first.conversation, "three", asked_at=NOW)
        await said(records, "someone else's")
        return await records.turns_of(first.conversation)

    one, held_back, three = run(story())

    assert (one.question, one.body, one.asked_at) == ("one", {"text": "Answer to one"}, NOW)
    assert one.feedback == Feedback(useful=False, reason="wrong")
    assert (held_back.question, held_back.body, held_back.feedback) == (None, {"text": "Call 999."}, None)
    assert (three.state, three.question, three.body) == ("started", "three", None)


@pytest.mark.parametrize("made_up", ["", "mine", "0" * 32, "\x00", "x" * 10_000])
def test_nobody_chooses_a_conversations_id(records: Records, made_up: str) -> None:
    started = run(records.start_turn(made_up, "question", asked_at=NOW))

    assert started.conversation != made_up
    assert len(started.conversation) == len(started.turn) == 32
    assert run(records.history(made_up, limit=5)) == ()
    assert run(records.turns_of(made_up)) == ()


def test_a_turn_that_failed_says_so_and_a_finished_one_stays_finished(records: Records) -> None:
    async def story() -> None:
        finished = await said(records, "finished")
        failed = await records.start_turn(None, "failed", asked_at=NOW)
        for turn in (finished.turn, failed.turn):
            await records.fail_turn(turn, finished_at=NOW)

    run(story())

    assert _rows(records, "SELECT question, state FROM turn") == [("finished", "finished"), ("failed", "failed")]


def test_a_question_that_may_not_be_kept_is_null_beside_its_rule(records: Records) -> None:
    async def story() -> None:
        started = await records.start_turn(None, None, asked_at=NOW)
        answer = Answer(Outcome.SIGNPOSTED, "Call 999.", Rule.CHILD_AT_RISK)
        await records.finish_turn(started.turn, answer, {"text": answer.text}, finished_at=NOW)

    run(story())

    assert _rows(records, "SELECT question, rule FROM turn") == [(None, "child_at_risk")]


def test_what_was_nearly_answered_is_kept_with_the_runner_up(records: Records) -> None:
    likeliest = (Likely(0, 0.3, "p1", "Fees are paid.", 0.28), Likely(0, 0.3, "p2", "A fee is set.", 0.1))

    async def story() -> None:
        started = await records.start_turn(None, "How much is paid?", asked_at=NOW)
        answer = Answer(Outcome.NOT_IN_PACK, "The pack does not say.", likeliest=likeliest)
        await records.finish_turn(started.turn, answer, {"text": answer.text}, finished_at=NOW)

    run(story())

    kept = _rows(records, "SELECT part, rank, answered, passage, quote, probability FROM likely ORDER BY rank")
    assert kept == [(0, 1, 0.3, "p1", "Fees are paid.", 0.28), (0, 2, 0.3, "p2", "A fee is set.", 0.1)]


def test_many_at_once_are_all_saved(records: Records) -> None:
    async def story() -> None:
        await asyncio.gather(*(said(records, f"question {number}") for number in range(100)))

    run(story())

    assert _rows(records, "SELECT count(*) FROM turn WHERE state = 'finished'") == [(100,)]


_ASK_FOR_EVER = """
import asyncio, sys
from datetime import UTC, datetime
from assistant.records import open_records
records = open_records(sys.argv[1])
async def ask():
    while True:
        started = await records.start_turn(None, "question", asked_at=datetime.now(UTC))
        print(started.turn, flush=True)
asyncio.run(ask())
"""


def test_nothing_acknowledged_is_lost_to_a_kill(file: Path) -> None:
    acknowledged = []
    for _ in range(3):
        command = [sys.executable, "-c", _ASK_FOR_EVER, f"sqlite:///{file}"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.read().split()[:-1]
        process.wait()

    kept = {turn for (turn,) in _rows_in(file, "SELECT id FROM turn")}
    assert len(acknowledged) > 10
    assert set(acknowledged) <= kept
    assert _rows_in(file, "PRAGMA integrity_check") == [("ok",)]


def test_a_short_lock_is_waited_out(in_file: Records, file: Path) -> None:
    async def story() -> Started:
        locked = sqlite3.connect(file, isolation_level=None)
        locked.execute("BEGIN EXCLUSIVE")
        turn = asyncio.create_task(in_file.start_turn(None, "question", asked_at=NOW))
        await asyncio.sleep(0.5)
        locked.execute("ROLLBACK")
        return await turn

    assert run(story()).turn


def test_a_full_disk_is_an_error_that_ends_when_there_is_room_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.database._AT_REST_SECONDS", 0.0)
    records = open_records(f"sqlite:///{file}")
    engine = records.database.engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    async def fill() -> None:
        for _ in range(200):
            await records.start_turn(None, "kestrel" * 100, asked_at=NOW)

    with pytest.raises(RecordsError, match="full") as caught:
        run(fill())
    assert "kestrel" not in str(caught.value)
    engine.dispose()

    run(fill())
    records.close()
    assert _rows_in(file, "PRAGMA integrity_check") == [("ok",)]


def test_migrations_make_the_tables_that_the_models_describe(in_file: Records, file: Path) -> None:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()

    assert differences == []
    assert ScriptDirectory(str(ROOT / "assistant" / "migrations")).get_current_head() == HEAD


def test_tables_that_are_up_to_date_are_opened_without_alembic(in_file: Records, file: Path) -> None:
    code = (
        "import sys; from assistant.records import open_records; "
        f"open_records('sqlite:///{file}').close(); print('alembic' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.strip() == "False"


def test_processes_that_start_together_make_the_tables_once(file: Path) -> None:
    code = f"from assistant.records import open_records; open_records('sqlite:///{file}').close()"
    started = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) for _ in range(4)]

    assert [process.wait(timeout=60) for process in started] == [0] * 4


def test_a_database_of_a_newer_version_is_refused_with_the_remedy(in_file: Records, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(RecordsError, match="newer version of this program"):
        open_records(f"sqlite:///{file}")


@pytest.mark.parametrize("contents", [b"this is no database" * 100, None], ids=["another file", "a folder"])
def test_a_place_that_cannot_be_used_is_named_with_the_remedy(tmp_path: Path, contents: bytes | None) -> None:
    place = tmp_path / "records.sqlite3"
    if contents is None:
        place.mkdir()
    else:
        place.write_bytes(contents)

    with pytest.raises(RecordsError, match=r"records\.sqlite3 can't be opened .* DATABASE_URL"):
        open_records(f"sqlite:///{place}")


def test_a_password_is_not_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(RecordsError) as caught:
        open_records("postgresql+psycopg://user:kestrel@127.0.0.1:1/name")

    assert "127.0.0.1" in str(caught.value)
    assert "kestrel" not in str(caught.value)


def _rows(records: Records, query: str) -> list[tuple[Any, ...]]:
    with records.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _rows_in(file: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(file)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
