"""Answers become scores, and scores the line that is kept of each."""

from dataclasses import replace

import pytest

from assistant.domain import Answer, Outcome, Rule, Versions
from evals.domain import Asked, Case, Made
from evals.measures import MEASURES
from evals.scoring import score, scored
from tests.evals.answers import FEE, answer, case

SILENT = frozenset({Outcome.NOT_IN_PACK})


def value(asked: Asked, measure: str, *others: Asked) -> float | None:
    result = score([asked, *others])[0]
    return {one.measure: one.value for one in result.scores}[measure]


def made_from(pack: str) -> Answer:
    return replace(answer(FEE), versions=Versions(pack=pack, index="i", prompt="", model="", code="1"))


def test_every_answer_gets_every_score_once_and_in_the_order_asked() -> None:
    asked = [Asked(case(id=name), answer(FEE), repeat) for name in ("b", "a") for repeat in (0, 1)]

    results = score(asked)

    assert [(result.case.id, result.repeat) for result in results] == [("b", 0), ("b", 1), ("a", 0), ("a", 1)]
    assert [one.measure for one in results[0].scores] == [*(measure.__name__ for measure in MEASURES), "current"]


def test_scoring_again_gives_the_same() -> None:
    asked = [Asked(case(rests_on=(FEE,)), answer(FEE), pack="p")]

    assert score(asked) == score(asked)


def test_an_answer_from_another_version_of_the_pack_is_not_current() -> None:
    assert value(Asked(case(), made_from("new"), pack="new"), "current") == 1.0
    assert value(Asked(case(), made_from("old"), pack="new"), "current") == 0.0
    assert value(Asked(case(), made_from(""), pack="new"), "current") is None
    assert value(Asked(case(), made_from("new")), "current") is None
    assert value(Asked(case(), answer(FEE), pack="new"), "current") is None


def test_a_case_made_by_rule_is_measured_as_the_kind_that_it_was_made_from() -> None:
    declined = replace(answer(outcome=Outcome.DECLINED), rule=Rule.DRAFTING)
    original = case(id="d1", kind="drafting", outcomes=frozenset({Outcome.DECLINED}))
    made = replace(original, id="d1~paraphrase", kind="paraphrase", made=Made("paraphrase", of="d1"))
    asked = Asked(made, declined)

    assert value(asked, "refused_rightly", Asked(original, declined)) == 1.0
    assert value(asked, "refused_rightly") is None
    assert score([asked, Asked(original, declined)])[0].case == made


@pytest.mark.parametrize(
    ("outcomes", "answerable"),
    [
        ({Outcome.ANSWERED, Outcome.PARTLY_ANSWERED}, True),
        ({Outcome.PARTLY_ANSWERED}, True),
        ({Outcome.NOT_IN_PACK}, False),
        ({Outcome.NOT_IN_PACK, Outcome.PARTLY_ANSWERED}, None),
        ({Outcome.NOT_IN_PACK, Outcome.DECLINED}, None),
        ({Outcome.CLARIFY}, None),
    ],
)
def test_a_case_says_whether_the_pack_answers_when_all_it_allows_does(
    outcomes: set[Outcome], answerable: bool | None
) -> None:
    result = score([Asked(case(outcomes=frozenset(outcomes)), answer(FEE))])[0]

    assert scored(result).answerable is answerable


def test_what_is_kept_holds_what_could_be_measured_and_the_best_part_of_the_judge() -> None:
    given: Case = case(rests_on=(FEE,), says=(("£999",),))

    kept = scored(score([Asked(given, replace(answer(FEE), judged={"one": 0.25, "other": 0.75}))])[0])

    assert (kept.case, kept.campaign, kept.kind, kept.outcome) == ("c1", "board", "answerable", "answered")
    assert kept.judge == 0.75
    assert not kept.right
    assert kept.values["citation_recall"] == 1.0
    assert kept.values["facts"] == 0.0
    assert "forbidden" not in kept.values


def test_a_question_that_never_reached_the_judge_has_no_probability() -> None:
    assert scored(score([Asked(case(outcomes=SILENT), answer(outcome=Outcome.NOT_IN_PACK))])[0]).judge is None
