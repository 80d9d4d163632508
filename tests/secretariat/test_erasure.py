"""What is erased is nowhere any more: in no table, in no free place of a page, in no log of the database."""

import asyncio
import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.engine import Engine, make_url

from assistant.daily_counts import rounded
from assistant.database import Database
from assistant.domain import Answer, Outcome
from assistant.records import Records, Started
from assistant.secretariat.audit import Wanted
from assistant.secretariat.erasure import Why
from assistant.secretariat.overview import Period
from assistant.secretariat.people import Person
from assistant.secretariat.stores import Secretariat
from assistant.secretariat.tables import EvalCaseRow, PackChangeRow
from assistant.tables import ConversationRow, FeedbackRow, SearchedRow, TurnRow
from tests.secretariat.conftest import NOW, run
from tests.secretariat.held import all_that_is_held, fill_all

CANARY = "kestrel"


async def said(records: Records, question: str, *, conversation: str | None = None, days_ago: int = 0) -> Started:
    asked_at = NOW - timedelta(days=days_ago)
    started = await records.start_turn(conversation, question, asked_at=asked_at)
    answer = Answer(Outcome.NOT_IN_PACK, f"No word of {question}", timings_ms={"total": 41.7})
    await records.finish_turn(started.turn, answer, {"text": answer.text}, finished_at=asked_at)
    await records.feedback(started.turn, useful=False, reason=question, at=asked_at)
    return started


def number_of(database: Database, turn: str) -> int:
    return run(database.run(lambda session: session.scalars(select(TurnRow.number).where(TurnRow.id == turn)).one()))


def test_an_erased_conversation_is_nowhere_whichever_table_it_stood_in(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    records = Records(database)
    asked = run(said(records, f"Does a {CANARY} pay?"))
    run(said(records, "Another's question"))
    filled = fill_all(database, number_of(database, asked.turn), ada.id, CANARY)
    assert {"review", "comment", "likely", "eval_case"} <= filled
    assert CANARY.encode() in all_that_is_held(database)

    assert run(secretariat.erasure.erase(asked.conversation, why=Why.TEST, by=ada.id, at=NOW))

    held = all_that_is_held(database)
    assert CANARY.encode() not in held
    assert b"Another's question" in held
    assert run(secretariat.erasure.is_swept())
    assert not run(secretariat.erasure.erase(asked.conversation, why=Why.TEST, by=ada.id, at=NOW))


def test_of_many_erased_among_many_kept_no_trace_is_left_in_any_page(
    database: Database, secretariat: Secretariat
) -> None:
    """`secure_delete` alone leaves three: rows that moved to another page leave a copy behind."""
    chance, many = random.Random(1), 200
    with database.engine.begin() as connection:
        for number in range(many):
            _keep(connection, number, f"{CANARY}{number:04d} {'w ' * chance.randrange(300)}")
    order = list(range(many))
    chance.shuffle(order)
    *gone, last = order[: many * 7 // 10]
    for number in gone:
        with database.engine.begin() as connection:
            connection.execute(delete(ConversationRow).where(ConversationRow.id == f"{number:032x}"))

    run(secretariat.erasure.erase(f"{last:032x}", why=Why.TEST, by=None, at=NOW))

    held = all_that_is_held(database)
    assert [number for number in (*gone, last) if f"{CANARY}{number:04d}".encode() in held] == []
    assert sum(f"{CANARY}{number:04d}".encode() in held for number in range(many)) == many - len(gone) - 1


def _keep(connection: Connection, number: int, words: str) -> None:
    own = {"id": f"{number:032x}", "conversation": f"{number:032x}", "asked_at": NOW, "state": "finished"}
    spent = {"tokens_in": 0, "tokens_out": 0, "dollars": 0.0}
    connection.execute(insert(ConversationRow).values(id=own["id"], started_at=NOW))
    connection.execute(
        insert(TurnRow).values(number=number + 1, question=words, answer={"text": words}, **own, **spent)
    )
    connection.execute(insert(FeedbackRow).values(turn=number + 1, useful=False, reason=words, at=NOW))
    connection.execute(insert(SearchedRow).values(turn=number + 1, words=words))


def test_counts_stay_when_words_go(database: Database, secretariat: Secretariat) -> None:
    asked = run(said(Records(database), "What does it pay?"))
    before = run(secretariat.overview.figures(Period()))

    run(secretariat.erasure.erase(asked.conversation, why=Why.CANDIDATE, by=None, at=NOW))

    assert run(secretariat.overview.figures(Period())) == before
    assert (before.questions, before.intents, before.not_useful) == (1, {"pay": {"not_in_pack": 1}}, 1)
    assert before.time_at(0.5) == rounded(41.7) == 42


def test_the_audit_says_who_erased_which_conversation_and_why_and_nothing_of_what_it_said(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    asked = run(said(Records(database), CANARY))

    run(secretariat.erasure.erase(asked.conversation, why=Why.REQUEST, by=ada.id, at=NOW))

    (entry,) = run(secretariat.audit.entries(Wanted(action="erased")))
    assert (entry.who, entry.change.subject) == ("Administrator", asked.conversation)
    assert entry.change.after == {"why": "request", "questions": 1, "cases": 0}


def test_a_conversation_is_found_by_its_own_reference_or_that_of_an_answer(
    database: Database, secretariat: Secretariat
) -> None:
    first = run(said(Records(database), "one", days_ago=3))
    run(said(Records(database), "two", conversation=first.conversation))

    for reference in (first.conversation, f" {first.turn.upper()} "):
        held = run(secretariat.erasure.held(reference))
        assert held
        assert (held.conversation, held.turns, held.last - held.first) == (first.conversation, 2, timedelta(days=3))
    for unknown in ("", "kestrel", "0" * 32, "\x00"):
        assert run(secretariat.erasure.held(unknown)) is None


def test_only_the_conversations_own_reference_erases_it(database: Database, secretariat: Secretariat) -> None:
    """The reference of an answer may stand in a link that a candidate passed on."""
    asked = run(said(Records(database), "one"))

    for reference in (asked.turn, "", "%", "\x00", asked.conversation.upper() + "x"):
        assert not run(secretariat.erasure.erase(reference, why=Why.CANDIDATE, by=None, at=NOW))
    assert run(secretariat.erasure.held(asked.conversation))


def test_a_case_that_is_in_no_export_goes_with_its_question_and_from_what_was_found_about_a_pack(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    drafted, exported = (run(said(Records(database), words)) for words in (f"{CANARY}?", "How often?"))
    own = {"campaign": "board", "split": "test", "person": ada.id, "at": NOW}
    line = '{"id": "board-1", "question": "kestrel?"}'
    found = {"found": {"cases": [{"id": "board-1", "question": f"{CANARY}?"}, {"id": "board-2"}]}}
    turn = number_of(database, drafted.turn)

    def work(session: object) -> None:
        session.add(EvalCaseRow(id=drafted.turn, turn=turn, text=line, **own))  # type: ignore[attr-defined]
        session.add(EvalCaseRow(id=exported.turn, turn=None, text="{}", **own))  # type: ignore[attr-defined]
        session.add(  # type: ignore[attr-defined]
            PackChangeRow(id="c", number=1, campaign="board", state="draft", person=ada.id, at=NOW, summary=found)
        )

    run(database.run(work))

    for asked in (drafted, exported):
        run(secretariat.erasure.erase(asked.conversation, why=Why.REQUEST, by=ada.id, at=NOW))

    with database.engine.connect() as connection:
        assert connection.execute(select(EvalCaseRow.id)).scalars().all() == [exported.turn]
        assert connection.execute(select(PackChangeRow.summary)).scalar_one() == {
            "found": {"cases": [{"id": "board-2"}]}
        }
    assert CANARY.encode() not in all_that_is_held(database)


def test_what_is_due_goes_and_nothing_else_and_what_was_read_together_with_it_is_loosened(
    database: Database, secretariat: Secretariat
) -> None:
    records = Records(database)
    old = run(said(records, f"old {CANARY}", days_ago=181))
    later = run(said(records, "both", conversation=old.conversation))
    run(said(records, f"due {CANARY}", days_ago=200))
    run(said(records, "new"))
    with database.engine.begin() as connection:
        connection.execute(text('UPDATE turn SET working = \'{"restated": "kestrel"}\''))

    gone = run(secretariat.erasure.erase_before(NOW - timedelta(days=180), at=NOW))
    again = run(secretariat.erasure.erase_before(NOW - timedelta(days=180), at=NOW))
    run(secretariat.erasure.sweep())

    assert (gone, again) == (2, 0)
    with database.engine.connect() as connection:
        left = connection.execute(text("SELECT question FROM turn ORDER BY number")).scalars().all()
        assert left == ["both", "new"]
        assert connection.execute(text("SELECT count(*) FROM conversation")).scalar_one() == 2
        working = connection.execute(select(TurnRow.working).where(TurnRow.id == later.turn)).scalar_one()
        assert working is None
    (entry,) = run(secretariat.audit.entries(Wanted(subject_kind="retention")))
    assert entry.change.after
    assert entry.change.after["questions"] == 2
    assert run(secretariat.audit.broken()) is None


def test_much_that_is_due_goes_in_steps(
    database: Database, secretariat: Secretariat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.secretariat.erasure._AT_ONCE", 3)
    for number in range(7):
        run(said(Records(database), f"question {number}", days_ago=200))

    assert run(secretariat.erasure.erase_before(NOW, at=NOW)) == 7

    entries = run(secretariat.audit.entries(Wanted(subject_kind="retention")))
    assert [entry.change.after["questions"] for entry in entries if entry.change.after] == [1, 3, 3]
    with database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(ConversationRow)).scalar_one() == 0


@contextmanager
def reader_of(database: Database) -> Iterator[None]:
    """Somebody who reads on and on in a file of SQLite."""
    file = make_url(database.engine.url).database
    assert file
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM turn").fetchall()
    yield
    connection.close()


def test_a_file_that_somebody_keeps_reading_is_swept_later(
    database: Database, secretariat: Secretariat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("of SQLite only")
    monkeypatch.setattr("assistant.database._SWEEP_TRIES", 1)
    asked = run(said(Records(database), CANARY))
    with database.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA busy_timeout = 50")  # type: ignore[union-attr]

    with reader_of(database):
        assert run(secretariat.erasure.erase(asked.conversation, why=Why.TEST, by=None, at=NOW))
        assert not run(secretariat.erasure.is_swept())
        assert "not swept yet" in caplog.text
        assert CANARY not in caplog.text
    run(secretariat.erasure.sweep())

    assert run(secretariat.erasure.is_swept())
    assert CANARY.encode() not in all_that_is_held(database)


def test_who_asks_while_the_files_are_written_anew_shares_the_next_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on, sweeps = threading.Event(), threading.Event(), []

    def slow(_engine: Engine) -> None:
        sweeps.append(1)
        began.set()
        assert go_on.wait(10)

    monkeypatch.setattr("assistant.database._sweep", slow)

    async def story() -> None:
        first = asyncio.create_task(database.sweep())
        await asyncio.to_thread(began.wait, 10)
        others = [asyncio.create_task(database.sweep()) for _ in range(9)]
        await asyncio.sleep(0)
        go_on.set()
        await asyncio.gather(first, *others)

    run(story())

    assert len(sweeps) == 2
