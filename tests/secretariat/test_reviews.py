"""What reviewers say of an answer is kept, counts as it should, and says nothing of the candidate in the audit."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from assistant.database import Database
from assistant.secretariat.audit import Wanted as Entries
from assistant.secretariat.locks import LASTS, Lock
from assistant.secretariat.marks import Grade, Mark, Opinion, Verdict
from assistant.secretariat.people import Person
from assistant.secretariat.queues import Wanted
from assistant.secretariat.reviews import AGREED
from assistant.secretariat.roles import Role
from assistant.secretariat.stores import Secretariat
from assistant.waiting import Queue
from tests.secretariat.asked import LOST, NEARLY, answer, ask, silent
from tests.secretariat.conftest import NOW, run

RIGHT = Opinion(Verdict.RIGHT)
WRONG = Opinion(
    Verdict.WRONG,
    "The kestrel is not in it",
    pack_at_fault=True,
    marks=(Mark("sentence", 1, Grade.WRONG, "no kestrel"), Mark("citation", 1, Grade.RIGHT)),
    comment="See the kestrel",
)


def test_a_review_is_kept_with_all_that_was_said(database: Database, secretariat: Secretariat, ada: Person) -> None:
    turn, _ = ask(database, "Where is the kestrel?", answer())

    assert run(secretariat.reviews.mark(turn, WRONG, by=ada.id, at=NOW)) is True

    found = run(secretariat.answers.find(turn, at=NOW))
    assert found
    assert found.review
    assert (found.review.opinion, found.review.person, found.review.at) == (WRONG, ada.id, NOW)


def test_the_audit_says_how_a_review_changed_things_and_repeats_no_words(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    turn, _ = ask(database, "Where is the kestrel?", silent())
    run(secretariat.reviews.mark(turn, WRONG, by=ada.id, at=NOW))
    run(secretariat.reviews.comment(turn, "Look at the kestrel", by=ada.id, at=NOW))
    run(secretariat.reviews.assign(turn, ada.id, by=ada.id, at=NOW))

    entries = run(secretariat.audit.entries(Entries(subject=turn)))

    assert [entry.change.action for entry in entries] == ["assigned", "commented", "reviewed"]
    reviewed = entries[-1].change
    assert reviewed.before == {"reviews": 0, "queues": ["not_in_pack"]}
    assert reviewed.after
    assert (reviewed.after["verdict"], reviewed.after["queues"]) == ("wrong", [])
    assert "kestrel" not in repr(entries)


def test_two_who_differ_send_the_answer_to_a_queue_until_an_approver_settles_it(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    grace, approver = person("Grace"), person("Joan", Role.APPROVER)
    turn, _ = ask(database, "How often?", answer())
    run(secretariat.reviews.mark(turn, RIGHT, by=ada.id, at=NOW))
    assert run(secretariat.reviews.settle(turn, WRONG, by=approver.id, at=NOW)) == AGREED

    run(secretariat.reviews.mark(turn, WRONG, by=grace.id, at=NOW))
    assert run(secretariat.queues.counts())[Queue.MARKS_DIFFER] == 1

    assert run(secretariat.reviews.settle(turn, RIGHT, by=approver.id, at=NOW)) is True
    found = run(secretariat.answers.find(turn, at=NOW))
    assert found
    assert found.review
    assert (found.differ, found.review.person, found.review.authoritative) == (False, approver.id, True)
    assert run(secretariat.queues.waiting()) == 0


@pytest.mark.parametrize(
    ("second", "differ"),
    [
        (RIGHT, False),
        (Opinion(Verdict.RIGHT, comment="fine"), False),
        (Opinion(Verdict.INCOMPLETE, "more"), True),
        (Opinion(Verdict.RIGHT, pack_at_fault=True), True),
        (Opinion(Verdict.RIGHT, marks=(Mark("sentence", 1, Grade.NEEDS_WORK, "hard"),)), True),
        (Opinion(Verdict.RIGHT, marks=(Mark("sentence", 2, Grade.NEEDS_WORK, "hard"),)), False),
    ],
    ids=["the same", "a comment", "another verdict", "the pack", "a sentence", "a sentence that the first left"],
)
def test_what_counts_as_a_difference(
    database: Database,
    secretariat: Secretariat,
    ada: Person,
    person: Callable[..., Person],
    second: Opinion,
    differ: bool,
) -> None:
    turn, _ = ask(database, "How often?", answer())
    first = Opinion(Verdict.RIGHT, marks=(Mark("sentence", 1, Grade.RIGHT),))
    run(secretariat.reviews.mark(turn, first, by=ada.id, at=NOW))
    run(secretariat.reviews.mark(turn, second, by=person("Grace").id, at=NOW))

    assert run(secretariat.queues.counts())[Queue.MARKS_DIFFER] == differ


def test_somebody_who_thinks_again_differs_from_nobody(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    turn, _ = ask(database, "How often?", answer())
    run(secretariat.reviews.mark(turn, RIGHT, by=ada.id, at=NOW))
    run(secretariat.reviews.mark(turn, WRONG, by=ada.id, at=NOW))

    found = run(secretariat.answers.find(turn, at=NOW))

    assert found
    assert found.review
    assert (found.differ, found.review.opinion) == (False, WRONG)


def test_nobody_marks_what_somebody_else_has_and_a_mark_frees_it(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    grace = person("Grace")
    turn, _ = ask(database, "What is the pay?", silent())
    run(secretariat.queues.next(Wanted(), by=ada.id, at=NOW))
    run(secretariat.reviews.assign(turn, ada.id, by=grace.id, at=NOW))

    held = run(secretariat.reviews.mark(turn, RIGHT, by=grace.id, at=NOW))
    assert held == Lock(ada.id, ada.name, NOW + LASTS)
    assert run(secretariat.queues.waiting()) == 1

    assert run(secretariat.reviews.mark(turn, RIGHT, by=ada.id, at=NOW)) is True
    found = run(secretariat.answers.find(turn, at=NOW))
    assert found
    assert (found.lock, found.assigned, found.queues) == (None, "", ())
    assert run(secretariat.reviews.mark(turn, RIGHT, by=grace.id, at=NOW)) is True


def test_a_lock_that_ran_out_keeps_nobody_from_marking(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    turn, _ = ask(database, "What is the pay?", silent())
    run(secretariat.queues.next(Wanted(), by=ada.id, at=NOW))

    assert run(secretariat.reviews.mark(turn, RIGHT, by=person("Grace").id, at=NOW + LASTS)) is True


def test_how_a_question_was_read_is_kept_with_its_answer(database: Database, secretariat: Secretariat) -> None:
    first, conversation = ask(database, "How often?", answer())
    nearly, _ = ask(database, "And how long?", NEARLY, conversation=conversation, at=NOW + timedelta(minutes=1))
    lost, _ = ask(database, "What is the pay?", LOST)

    found, other = (run(secretariat.answers.find(turn, at=NOW)) for turn in (nearly, lost))

    assert found
    assert found.working
    (part,) = found.working.parts
    assert (part.asked, part.probability, found.working.line, part.close) == ("how long?", 0.2, 0.22, True)
    assert [(one.quote, one.probability) for one in part.likeliest] == [("Meetings last a day.", 0.3)]
    assert [one.turn for one in found.others] == [first]
    assert [one.question for one in found.before] == ["How often?"]
    assert other
    assert other.dropped == ({"text": "It pays £9.", "why": "its quote is not in the pack"},)


def test_there_is_nothing_to_do_with_an_answer_that_is_not_there(secretariat: Secretariat, ada: Person) -> None:
    reviews, gone = secretariat.reviews, "0" * 32

    assert run(secretariat.answers.find(gone, at=NOW)) is None
    assert run(reviews.mark(gone, RIGHT, by=ada.id, at=NOW)) is False
    assert run(reviews.settle(gone, RIGHT, by=ada.id, at=NOW)) is False
    assert run(reviews.assign(gone, ada.id, by=ada.id, at=NOW)) is False
    assert run(reviews.comment(gone, "x", by=ada.id, at=NOW)) is False
    assert run(secretariat.audit.count(Entries(subject=gone))) == 0
