"""Which answers wait where, how they are found, and that nobody is sent to what somebody else looks at."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from assistant.database import Database
from assistant.domain import Outcome
from assistant.records import Records
from assistant.secretariat.erasure import Why
from assistant.secretariat.locks import LASTS
from assistant.secretariat.marks import Opinion, Verdict
from assistant.secretariat.people import Person
from assistant.secretariat.queues import NO_ANSWER, Wanted
from assistant.secretariat.stores import Secretariat
from assistant.waiting import Queue
from tests.secretariat.asked import DECLINED, LOST, NEARLY, SIGNPOSTED, answer, ask, silent
from tests.secretariat.conftest import NOW, run
from tests.web.scripted import PASSAGES

RIGHT = Opinion(Verdict.RIGHT)
SERVED = {passage.id for passage in PASSAGES}


def questions(secretariat: Secretariat, wanted: Wanted) -> list[str | None]:
    found = run(secretariat.queues.find(wanted, limit=50, at=NOW))
    assert run(secretariat.queues.count(wanted)) == len(found)
    assert run(secretariat.queues.every(wanted, at=NOW)) == found
    return [one.question for one in found]


@pytest.mark.parametrize(
    ("said", "queues"),
    [
        (answer(), set()),
        (silent(), {Queue.NOT_IN_PACK}),
        (answer(Outcome.PARTLY_ANSWERED), {Queue.PARTLY_ANSWERED}),
        (NEARLY, {Queue.NOT_IN_PACK, Queue.NEARLY_ANSWERED}),
        (answer(judged={"a": 0.9, "b": 0.25}), {Queue.NEARLY_ANSWERED}),
        (DECLINED, {Queue.DECLINED}),
        (SIGNPOSTED, {Queue.DECLINED}),
        (LOST, {Queue.LOST_SENTENCES}),
    ],
    ids=["answered", "silent", "partly", "nearly", "just answered", "declined", "signposted", "lost a sentence"],
)
def test_an_answer_waits_where_its_ending_puts_it(
    database: Database, secretariat: Secretariat, said: object, queues: set[Queue]
) -> None:
    ask(database, "How often?", said)  # type: ignore[arg-type]

    counts = run(secretariat.queues.counts())

    assert {queue for queue, count in counts.items() if count} == queues
    assert run(secretariat.queues.waiting()) == bool(queues)


def test_what_was_found_not_useful_waits_until_it_is_found_useful(database: Database, secretariat: Secretariat) -> None:
    turn, _ = ask(database, "How often?", answer())
    wanted = Wanted(queue=Queue.NOT_USEFUL)

    for useful, there in ((False, ["How often?"]), (False, ["How often?"]), (True, []), (False, ["How often?"])):
        run(Records(database).feedback(turn, useful=useful, reason="too short", at=NOW))
        assert questions(secretariat, wanted) == there


def test_answers_wait_again_when_a_passage_they_cite_is_served_no_more(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    cites, _ = ask(database, "How often?", answer())
    ask(database, "Who leads?", answer(passages=PASSAGES[1:2]))
    run(secretariat.queues.follow("v1", lambda: SERVED))
    assert questions(secretariat, Wanted(queue=Queue.EVIDENCE_CHANGED)) == []

    run(secretariat.queues.follow("v2", lambda: SERVED - {PASSAGES[0].id}))
    assert questions(secretariat, Wanted(queue=Queue.EVIDENCE_CHANGED)) == ["How often?"]

    run(secretariat.reviews.mark(cites, RIGHT, by=ada.id, at=NOW))
    run(secretariat.queues.follow("v3", lambda: SERVED - {PASSAGES[0].id, PASSAGES[6].id}))
    assert questions(secretariat, Wanted(queue=Queue.EVIDENCE_CHANGED)) == []


def test_an_answer_whose_passages_are_served_again_waits_no_more(database: Database, secretariat: Secretariat) -> None:
    ask(database, "How often?", answer())
    ask(database, "Who?", answer(passages=PASSAGES[:2]))
    run(secretariat.queues.follow("v2", lambda: SERVED - {PASSAGES[0].id, PASSAGES[1].id}))

    run(secretariat.queues.follow("v3", lambda: SERVED - {PASSAGES[1].id}))

    assert questions(secretariat, Wanted(queue=Queue.EVIDENCE_CHANGED)) == ["Who?"]


def test_the_words_of_a_passage_are_kept_once_and_stay(database: Database, secretariat: Secretariat) -> None:
    turn, _ = ask(database, "How often?", answer())
    ask(database, "How often again?", answer())

    found = run(secretariat.answers.find(turn, at=NOW))

    assert found
    assert [(one.text, one.used) for one in found.evidence] == [
        (PASSAGES[0].text, True),
        (PASSAGES[1].text, False),
        (PASSAGES[2].text, False),
    ]


def test_a_reviewed_answer_leaves_its_queues_and_stays_among_all(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    turn, _ = ask(database, "What is the pay?", silent())

    run(secretariat.reviews.mark(turn, RIGHT, by=ada.id, at=NOW))

    assert run(secretariat.queues.waiting()) == 0
    assert questions(secretariat, Wanted()) == ["What is the pay?"]


def test_answers_are_filtered_by_everything_at_once(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    grace, day = person("Grace"), timedelta(days=1)
    first, _ = ask(database, "What is the PAY of a chair?", silent(), at=NOW)
    second, _ = ask(database, "Straße 5% of_pay", answer(), at=NOW + day)
    ask(database, None, SIGNPOSTED, at=NOW + 2 * day)
    run(secretariat.reviews.mark(first, Opinion(Verdict.WRONG, "no", pack_at_fault=True), by=ada.id, at=NOW))
    run(secretariat.reviews.assign(second, grace.id, by=ada.id, at=NOW))
    for wanted, there in (
        (Wanted(outcome="not_in_pack"), [first]),
        (Wanted(since=NOW + day), [None, second]),
        (Wanted(until=NOW + day), [first]),
        (Wanted(words="pay"), [second, first]),
        (Wanted(words="chair PAY"), [first]),
        (Wanted(words="four times"), [second]),
        (Wanted(words="STRASSE"), [second]),
        (Wanted(words="5%"), [second]),
        (Wanted(words="f_p"), [second]),
        (Wanted(words="o_p"), []),
        (Wanted(words="999"), []),
        (Wanted(reviewer=ada.id), [first]),
        (Wanted(reviewer=grace.id), []),
        (Wanted(assigned=grace.id), [second]),
        (Wanted(at_fault=True), [first]),
        (Wanted(queue=Queue.DECLINED, outcome="signposted"), [None]),
        (Wanted(queue=Queue.DECLINED, words="999"), []),
    ):
        texts = {first: "What is the PAY of a chair?", second: "Straße 5% of_pay", None: None}
        assert questions(secretariat, wanted) == [texts[one] for one in there], wanted


def test_a_question_without_an_answer_is_listed_as_such(database: Database, secretariat: Secretariat) -> None:
    records = Records(database)
    started = run(records.start_turn(None, "How often?", asked_at=NOW))
    run(records.fail_turn(started.turn, finished_at=NOW))

    assert questions(secretariat, Wanted(outcome=NO_ANSWER)) == ["How often?"]


def test_pages_of_a_list_follow_each_other(database: Database, secretariat: Secretariat) -> None:
    for number in range(5):
        ask(database, f"Question {number}", silent())
    wanted = Wanted(queue=Queue.NOT_IN_PACK)

    pages = [run(secretariat.queues.find(wanted, limit=2, offset=offset, at=NOW)) for offset in (0, 2, 4)]

    assert [[one.question for one in page] for page in pages] == [
        ["Question 4", "Question 3"],
        ["Question 2", "Question 1"],
        ["Question 0"],
    ]


def test_next_gives_each_reviewer_another_answer_the_oldest_first(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    grace = person("Grace")
    turns = [ask(database, f"Question {number}", silent())[0] for number in range(3)]
    wanted = Wanted(queue=Queue.NOT_IN_PACK)

    taken = [run(secretariat.queues.next(wanted, by=who.id, at=NOW)) for who in (ada, grace, ada, grace)]

    assert taken == [*turns, None]


def test_two_who_press_next_at_the_same_moment_never_get_the_same(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    reviewers = [person(f"Reviewer {number}") for number in range(8)]
    turns = [ask(database, f"Question {number}", silent())[0] for number in range(24)]

    def take(place: int) -> str | None:
        who = reviewers[place % len(reviewers)]
        return run(secretariat.queues.next(Wanted(queue=Queue.NOT_IN_PACK), by=who.id, at=NOW))

    with ThreadPoolExecutor(max_workers=8) as threads:
        taken = list(threads.map(take, range(30)))

    assert sorted(one for one in taken if one) == sorted(turns)


def test_a_lock_runs_out_and_can_be_put_back_by_whoever_has_it(
    database: Database, secretariat: Secretariat, ada: Person, person: Callable[..., Person]
) -> None:
    grace, wanted = person("Grace"), Wanted(queue=Queue.NOT_IN_PACK)
    turn, _ = ask(database, "What is the pay?", silent())
    assert run(secretariat.queues.next(wanted, by=ada.id, at=NOW)) == turn

    almost = NOW + LASTS - timedelta(seconds=1)
    assert run(secretariat.queues.next(wanted, by=grace.id, at=almost)) is None
    assert run(secretariat.queues.next(wanted, by=grace.id, at=NOW + LASTS)) == turn
    assert not run(secretariat.locks.free(turn, by=ada.id, at=NOW + LASTS))
    assert run(secretariat.locks.free(turn, by=grace.id, at=NOW + LASTS))
    assert run(secretariat.queues.next(wanted, by=ada.id, at=NOW + LASTS)) == turn


def test_next_goes_by_the_filters_and_never_gives_what_waits_nowhere(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    ask(database, "How often?", answer())
    ask(database, "What is the pay?", silent())
    partly, _ = ask(database, "When and where?", answer(Outcome.PARTLY_ANSWERED))

    assert run(secretariat.queues.next(Wanted(words="where"), by=ada.id, at=NOW)) == partly
    assert run(secretariat.queues.next(Wanted(words="often"), by=ada.id, at=NOW)) is None


def test_nothing_of_an_erased_conversation_waits_or_is_found(
    database: Database, secretariat: Secretariat, ada: Person
) -> None:
    _, conversation = ask(database, "What is the kestrel?", silent())
    run(secretariat.queues.next(Wanted(), by=ada.id, at=NOW))

    assert run(secretariat.erasure.erase(conversation, why=Why.TEST, by=None, at=NOW))

    assert run(secretariat.queues.waiting()) == 0
    assert questions(secretariat, Wanted()) == questions(secretariat, Wanted(words="kestrel")) == []
