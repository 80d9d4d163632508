"""Whoever asks what is held of them is given all of it, whatever table it stands in."""

import json

from sqlalchemy import Text, select
from sqlalchemy.types import JSON

from assistant.database import Database
from assistant.domain import Answer, Outcome
from assistant.records import Records
from assistant.secretariat.audit import Change, Wanted
from assistant.secretariat.people import Person
from assistant.secretariat.stores import Secretariat
from assistant.secretariat.subject_export import as_text, tables_of_a_turn
from assistant.tables import Base, TurnRow
from tests.secretariat.conftest import NOW, run
from tests.secretariat.held import OWN, fill_all

WITHOUT_A_CANDIDATES_WORDS = {
    "conversation": "an id and a time",
    "passage": "the pack's own words",
    "person": "colleagues",
    "session": "colleagues",
    "sign_in_link": "colleagues",
    "sign_in_attempt": "colleagues",
    "switch": "a reason for candidates to be told nothing; the form asks for none of their words",
    "audit": "states and ids only",
    "retention": "days and counts",
    "day_asked": "counts",
    "day_time": "counts",
    "day_feedback": "counts",
    "approved": "the secretariat's own words, checked for personal data",
    "wording": "the secretariat's own words, checked for personal data",
    "addendum": "the secretariat's own words, checked for personal data",
    "share": "hashes of addresses and conversations, for a minute at most",
    "daily_key": "a random key",
    "model_day": "counts",
    "published_index": "names and checksums of the pack's versions",
    "pack_change": "the pack's words; of cases that go, what it says is taken out",
}


def test_every_table_goes_with_its_turn_or_is_known_to_hold_no_words_of_a_candidate() -> None:
    hanging = {table.name for table, column in tables_of_a_turn() if not column.nullable}
    erased_by_name = {"turn", "eval_case"}

    unknown = Base.metadata.tables.keys() - hanging - erased_by_name - WITHOUT_A_CANDIDATES_WORDS.keys()

    assert unknown == set(), "say in erasure.py how their words go, or here why they hold none"
    for table, column in tables_of_a_turn():
        if table.name in hanging:
            (key,) = column.foreign_keys
            assert key.ondelete == "CASCADE", table.name


def test_all_that_hangs_on_a_conversation_is_in_its_export(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    records = Records(database)
    started = run(records.start_turn(None, "What does it pay?", asked_at=NOW))
    answer = Answer(Outcome.NOT_IN_PACK, "Not said.")
    run(records.finish_turn(started.turn, answer, {"text": "Not said."}, finished_at=NOW))
    another = run(records.start_turn(None, "Another's question", asked_at=NOW))
    number = run(
        database.run(lambda session: session.scalars(select(TurnRow.number).where(TurnRow.id == started.turn)).one())
    )
    filled = fill_all(database, number, ada.id, "kestrel")
    run(secretariat.audit.note(Change(ada.id, "reviewed", "turn", started.turn), at=NOW))

    held = run(secretariat.subject_exports.export(started.conversation, by=ada.id, at=NOW))

    assert held
    (turn,) = held["turns"]
    assert (turn["question"], turn["answer"]) == ("What does it pay?", {"text": "Not said."})
    words = {
        table.name for table, _ in tables_of_a_turn() if any(isinstance(c.type, Text | JSON) for c in table.columns)
    }
    for table in (filled & words) - OWN:
        assert "kestrel" in json.dumps(turn[table]), table
    assert turn["review"][0]["person"] == "Administrator"
    assert [entry["action"] for entry in held["audit"]] == ["reviewed"]
    assert "Another's question" not in json.dumps(held)
    assert another.turn not in json.dumps(held)
    text = as_text(held)
    for said in ("question: What does it pay?", "answer:", "text: Not said.", "person: Administrator", "kestrel"):
        assert said in text


def test_an_export_is_in_the_audit_and_of_nothing_there_is_none(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    started = run(Records(database).start_turn(None, "What does it pay?", asked_at=NOW))

    run(secretariat.subject_exports.export(started.conversation, by=ada.id, at=NOW))

    (entry,) = run(secretariat.audit.entries(Wanted(action="exported")))
    assert (entry.change.subject, entry.change.after) == (started.conversation, {"questions": 1})
    assert run(secretariat.subject_exports.export("0" * 32, by=ada.id, at=NOW)) is None
    assert run(secretariat.audit.count(Wanted(action="exported"))) == 1
