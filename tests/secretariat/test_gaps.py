"""What was asked in vain: which questions count, how they come together, and that their traces go with the words."""

import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import func, select

from assistant.database import Database
from assistant.domain import Answer, Outcome
from assistant.records import Records
from assistant.secretariat import gaps as module
from assistant.secretariat.clustering import LINE, SUBJECT, grouped
from assistant.secretariat.erasure import Erasure, Why
from assistant.secretariat.gaps import Gaps, unanswered
from assistant.secretariat.tables import QuestionVectorRow
from knowledge.embedding import LocalEmbeddings
from scripts.measure_gaps import SAME_QUESTIONS, figures
from tests.secretariat.conftest import NOW, run

ONE = {"asked": "One?", "probability": 0.9}
TWO = {"asked": "Two?", "probability": 0.1}


class CountingEmbeddings:
    """The real ones, that tell how many texts they saw."""

    name = LocalEmbeddings().name

    def __init__(self) -> None:
        self.seen = 0
        self._real = LocalEmbeddings()

    def vectors(self, texts: list[str]) -> np.ndarray:
        self.seen += len(texts)
        return self._real.vectors(texts)


@pytest.fixture
def embeddings() -> CountingEmbeddings:
    return CountingEmbeddings()


@pytest.fixture
def gaps(database: Database, embeddings: CountingEmbeddings) -> Iterator[Gaps]:
    gaps = Gaps(database, embeddings)  # type: ignore[arg-type]
    yield gaps
    gaps.close()


def asked(
    database: Database, question: str | None, outcome: Outcome = Outcome.NOT_IN_PACK, at: datetime = NOW
) -> tuple[str, str]:
    """A turn that ended so; its id and its conversation's."""
    records = Records(database)
    started = run(records.start_turn(None, question, asked_at=at))
    run(records.finish_turn(started.turn, Answer(outcome, "Said."), {"text": "Said."}, finished_at=at))
    return started.turn, started.conversation


def kept(database: Database) -> int:
    wanted = select(func.count()).select_from(QuestionVectorRow)
    return run(database.run(lambda session: session.execute(wanted).scalar_one(), reading=True))


def test_questions_of_one_meaning_stand_in_one_group_under_their_subject(database: Database, gaps: Gaps) -> None:
    for question in ("What is the salary?", "How much are members paid?", "Can I bring my guide dog?"):
        asked(database, question)
    asked(database, "Are assistance dogs allowed?")
    asked(database, "what is the salary")

    found = run(gaps.found())

    assert (found.groups[0].label, len(found.groups[0].asked)) == ("pay", 3)
    assert {one.words for one in found.groups[1].asked} == {"Can I bring my guide dog?", "Are assistance dogs allowed?"}
    assert (found.groups[0].is_subject, found.groups[1].is_subject) == (True, False)
    assert found.groups[1].label in {one.words for one in found.groups[1].asked}
    assert (found.asked, found.waiting) == (5, 0)


def test_what_was_answered_or_whose_words_are_not_kept_is_no_gap(database: Database, gaps: Gaps) -> None:
    asked(database, "How often does the Panel meet?", Outcome.ANSWERED)
    asked(database, None)
    asked(database, "Is it you?", Outcome.DECLINED)

    assert run(gaps.found()).groups == ()


@pytest.mark.parametrize(
    ("working", "words"),
    [
        (None, ("All of it?",)),
        ({"line": None, "parts": []}, ("All of it?",)),
        ({"line": 0.5, "parts": [ONE]}, ("All of it?",)),
        ({"line": 0.5, "parts": [ONE, TWO]}, ("Two?",)),
    ],
    ids=["not known", "no line", "all answered", "one of two"],
)
def test_of_a_partly_answered_question_only_the_rest_is_a_gap(working: object, words: tuple[str, ...]) -> None:
    assert unanswered("All of it?", working) == words  # type: ignore[arg-type]


def test_a_label_never_holds_personal_details(database: Database, gaps: Gaps) -> None:
    asked(database, "Could you write to ada@example.org about my guide dog?")

    assert [group.label for group in run(gaps.found()).groups] == [""]


def test_each_question_is_embedded_once(database: Database, gaps: Gaps, embeddings: CountingEmbeddings) -> None:
    asked(database, "Can I bring my guide dog?")
    run(gaps.found())
    run(gaps.found())
    asked(database, "Is there parking?")
    run(gaps.found())

    assert embeddings.seen == 2
    assert kept(database) == 2


def test_many_new_questions_do_not_keep_the_page_waiting(
    database: Database, gaps: Gaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for number in range(5):
        asked(database, f"Is room {number} free on Mondays?")

    first = run(gaps.found())
    end = time.monotonic() + 20
    while kept(database) < 5 and time.monotonic() < end:
        time.sleep(0.02)

    assert (first.asked, first.waiting) == (5, 3)
    assert run(gaps.found()).waiting == 0


def test_groups_are_counted_by_week_and_can_be_had_of_some_days_only(database: Database, gaps: Gaps) -> None:
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    for days in (0, 6, 7):
        asked(database, "Can I bring my guide dog?", at=monday + timedelta(days=days))

    everything = run(gaps.found()).groups[0]
    later = run(gaps.found(since=monday + timedelta(days=1), until=monday + timedelta(days=7)))

    assert everything.weeks == {date(2026, 11, 16): 2, date(2026, 11, 23): 1}
    assert [len(group.asked) for group in later.groups] == [1]


def test_the_vector_of_a_question_goes_with_its_conversation(database: Database, gaps: Gaps) -> None:
    _, conversation = asked(database, "Can I bring my guide dog?")
    run(gaps.found())
    assert kept(database) == 1

    run(Erasure(database).erase(conversation, why=Why.REQUEST, by=None, at=NOW))

    assert kept(database) == 0
    assert run(gaps.found()).groups == ()


def test_the_same_groups_come_of_joining_the_nearest_of_all_each_time() -> None:
    """Against the plain way to do it, which is too slow for many."""
    rows = np.random.default_rng(3).normal(size=(40, 6)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    found = grouped(rows, [1] * 40, [""] * 40, line=0.3)

    assert {frozenset(group) for group in found} == {frozenset(group) for group in _plainly(rows, 0.3)}


def test_the_line_holds_on_questions_that_it_was_not_chosen_on() -> None:
    """scripts/measure_gaps.py prints the figures."""
    groups = tomllib.loads(SAME_QUESTIONS.read_text(encoding="utf-8"))["groups"]

    precision, recall, _ = figures(groups[1::2], LINE, SUBJECT)

    assert precision >= 0.85
    assert recall >= 0.75


def _plainly(rows: np.ndarray, line: float) -> list[list[int]]:
    groups = [[row] for row in range(len(rows))]
    while True:
        pairs = [(one, other) for one in range(len(groups)) for other in range(one)]
        near = {(one, other): (rows[groups[one]] @ rows[groups[other]].T).mean() for one, other in pairs}
        if not near or max(near.values()) < line:
            return groups
        one, other = max(near, key=lambda pair: near[pair])
        groups[other] += groups.pop(one)
