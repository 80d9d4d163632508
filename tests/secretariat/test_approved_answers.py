"""The step of a question that looks for an approved answer: what it gives, what it never gives, what it costs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest

from assistant.database import RecordsError
from assistant.domain import Answer, Citation, Outcome, Question
from assistant.secretariat.approvals import Approvals
from assistant.secretariat.approved_answers import ApprovedAnswers
from assistant.secretariat.people import Person
from assistant.secretariat.stores import Secretariat, open_secretariat
from knowledge.domain import Campaign, Passage
from tests.secretariat.conftest import NOW, run
from tests.secretariat.written import CAMPAIGN, MEETS, PACK, PAYS, QUESTION, live, passage, revision, words

BOARD = Campaign(CAMPAIGN, "Members of the Board")


@dataclass(frozen=True)
class IndexStub:
    passages: Sequence[Passage] = PACK
    version: str = "v-1"
    campaign: Campaign = BOARD


class SameWords:
    """Questions of the same words are one; the fewer letters the nearer."""

    def nearness(self, asked: str, approved: str, citations: Sequence[Citation]) -> float | None:
        assert citations
        return 1 / len(approved) if asked.lower() == approved.lower() else None


@pytest.fixture
def approvals(secretariat: Secretariat) -> Approvals:
    return secretariat.approvals


@pytest.fixture
def people(ada: Person, person: Callable[..., Person]) -> tuple[str, str]:
    return person("Grace").id, ada.id


@pytest.fixture
def answers(approvals: Approvals) -> ApprovedAnswers:
    return ApprovedAnswers(approvals, SameWords())


def found(answers: ApprovedAnswers, asked: str = QUESTION, index: IndexStub | None = None) -> Answer | None:
    return run(answers.find(Question(asked), index or IndexStub()))


def test_a_question_that_means_the_same_gets_the_answer_with_its_date_and_is_counted(
    approvals: Approvals, answers: ApprovedAnswers, people: tuple[str, str]
) -> None:
    id = live(approvals, words(QUESTION, MEETS, "", "how often do you meet"), people)

    for asked in (QUESTION.upper(), "How often do you meet"):
        answer = found(answers, asked)
        assert answer
        assert (answer.outcome, answer.text, answer.mode) == (Outcome.ANSWERED, words().text, "approved")
        assert answer.approved
        assert (answer.approved.id, answer.approved.checked_on) == (id, date(2026, 11, 23))
        assert [one.passage for one in answer.citations] == [MEETS]

    assert found(answers, "Where does the Board meet?") is None
    kept = run(approvals.find(id))
    assert kept
    assert kept.served == 2


def test_only_what_was_approved_and_is_not_withdrawn_is_given_from_the_next_question_on(
    approvals: Approvals, answers: ApprovedAnswers, people: tuple[str, str]
) -> None:
    id = run(approvals.draft(words(), campaign=CAMPAIGN, by=people[0], at=NOW))
    assert found(answers) is None
    run(approvals.send(id, revision=0, by=people[0], at=NOW))
    assert found(answers) is None

    run(approvals.approve(id, revision=1, by=people[1], at=NOW))
    assert found(answers)

    run(approvals.withdraw(id, reason="no", revision=revision(approvals, id), by=people[1], at=NOW))
    assert found(answers) is None


def test_another_process_sees_an_approval_and_a_withdrawal_at_its_next_question(
    secretariat: Secretariat, approvals: Approvals, people: tuple[str, str]
) -> None:
    elsewhere = ApprovedAnswers(open_secretariat(secretariat.database, by_links=True).approvals, SameWords())
    assert found(elsewhere) is None

    live(approvals, words(), people)
    assert found(elsewhere)

    run(approvals.withdraw_stale(CAMPAIGN, [PAYS], at=NOW))
    assert found(elsewhere) is None


def test_what_rests_on_other_words_than_those_being_served_is_never_given(
    approvals: Approvals, answers: ApprovedAnswers, people: tuple[str, str]
) -> None:
    live(approvals, words(), people)
    assert found(answers)
    changed = passage(1, "The Board meets six times a year. Meetings last a day.")

    # The records still have it live: the ingest is not at its end, or another program wrote the index.
    assert found(answers, index=IndexStub((changed, PAYS), "v-2")) is None
    assert run(answers.published(IndexStub((changed, PAYS), "v-2"))) == ()
    assert found(answers, index=IndexStub(PACK, "v-1"))


def test_its_citations_point_into_the_version_being_served(
    approvals: Approvals, answers: ApprovedAnswers, people: tuple[str, str]
) -> None:
    live(approvals, words(), people)
    moved = replace(MEETS, id="p-moved", order=9)

    answer = found(answers, index=IndexStub((PAYS, moved), "v-2"))

    assert answer
    assert [one.passage.id for one in answer.citations] == ["p-moved"]


def test_of_two_that_fit_the_nearer_one_is_given(
    approvals: Approvals, answers: ApprovedAnswers, people: tuple[str, str]
) -> None:
    live(approvals, words(QUESTION, PAYS), people)
    live(approvals, words("Is it often?", MEETS, "", QUESTION), people)
    nearer = live(approvals, words("Often?", MEETS, "", "Is it often?"), people)

    answer = found(answers, "Often?")

    assert answer
    assert answer.approved
    assert answer.approved.id == nearer


def test_while_the_records_cannot_be_read_none_is_given(
    approvals: Approvals,
    answers: ApprovedAnswers,
    people: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live(approvals, words(), people)
    assert found(answers)

    async def fails(_campaign: str) -> dict[str, int]:
        raise RecordsError("the records can't be used")

    monkeypatch.setattr(approvals, "revisions", fails)
    assert found(answers) is None


def test_an_answer_is_given_also_when_it_cannot_be_counted(
    approvals: Approvals,
    answers: ApprovedAnswers,
    people: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live(approvals, words(), people)

    async def fails(_id: str) -> None:
        raise RecordsError("the records can't be used")

    monkeypatch.setattr(approvals, "count_served", fails)
    assert found(answers)


def test_where_nothing_is_approved_the_step_takes_a_few_milliseconds(answers: ApprovedAnswers) -> None:
    async def median() -> float:
        spent = []
        for _ in range(50):
            began = time.perf_counter()
            await answers.find(Question(QUESTION), IndexStub())
            spent.append(time.perf_counter() - began)
        return sorted(spent)[25]

    assert run(median()) < 0.02
