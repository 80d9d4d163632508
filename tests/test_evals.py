"""The evaluation suite: cases that can be used, measures that say what they claim, a report that hides nothing."""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Answer, Citation, Outcome, Sentence
from evals.__main__ import main
from evals.cases import CASES, Case, CaseError, load_cases, pack_folder
from evals.measures import MEASURES, citation_precision, citation_recall, facts, forbidden, right_outcome, verbatim
from evals.report import averages, summary, wilson, wrong
from evals.run import Result
from knowledge.domain import BlockKind, Passage
from knowledge.pack import load_pack

FEE = "The fee is £310 a day."
HARBOURS = "The Board looks after three harbours."


def passage(text: str) -> Passage:
    return Passage("p1", "pack", "Pack", (), text, BlockKind.PARAGRAPH, "", "", None, 0, len(text), 0, 0)


def answer(*quotes: str, outcome: Outcome = Outcome.ANSWERED, text: str = "", missing: str | None = None) -> Answer:
    """An answer that says its quotes."""
    citations = tuple(Citation(number, passage(quote), quote) for number, quote in enumerate(quotes, start=1))
    said = tuple(Sentence(one.quote, (one.number,)) for one in citations)
    return Answer(outcome, text or "\n".join(quotes), sentences=said, citations=citations, missing=missing)


def case(**fields: object) -> Case:
    line = {
        "id": "c1",
        "campaign": "board",
        "kind": "fact",
        "question": "What is the fee?",
        "turns": (),
        "outcomes": frozenset({Outcome.ANSWERED}),
        "rests_on": (),
        "says": (),
        "never_says": (),
        "note": "",
    }
    return Case(**(line | fields))  # type: ignore[arg-type]


def result(given: Case, said: Answer) -> Result:
    return Result(given, said, (right_outcome(given, said), facts(given, said), forbidden(given, said)))


@pytest.mark.parametrize("file", sorted(CASES.rglob("*.jsonl")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_file_of_cases_can_be_used(file: Path) -> None:
    cases = load_cases([file])

    assert cases
    assert [one.id for one in cases if not one.question.strip() or not one.outcomes] == []


def test_cases_reach_every_outcome_but_being_out_of_order() -> None:
    reached = {outcome for one in load_cases() for outcome in one.outcomes}

    assert set(Outcome) - reached == {Outcome.UNAVAILABLE}


@pytest.mark.parametrize("campaign", sorted({one.campaign for one in load_cases()}))
def test_every_quote_that_a_case_rests_on_stands_in_its_pack(campaign: str) -> None:
    pack = load_pack(pack_folder(campaign))
    text = _flat(document.text for document in pack.documents)

    unfound = [
        f"{one.id}: {quote}"
        for one in load_cases()
        if one.campaign == campaign
        for quote in one.rests_on
        if _flat([quote]) not in text
    ]

    assert unfound == []


def test_a_case_that_is_answered_rests_on_something_and_one_that_never_is_rests_on_nothing() -> None:
    sure, silent = {Outcome.ANSWERED}, {Outcome.NOT_IN_PACK}

    wrong_ones = [
        one.id
        for one in load_cases()
        if (set(one.outcomes) == sure and not one.rests_on) or (set(one.outcomes) <= silent and one.rests_on)
    ]

    assert wrong_ones == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 is no case"),
        ('{"id": "x"}', "line 1 is no case"),
        ('{"id": "x", "kind": "k", "question": "q", "outcomes": ["maybe"], "author": "a", "date": "d"}', "outcomes"),
    ],
    ids=["no JSON", "half a case", "no such outcome"],
)
def test_a_line_that_is_no_case_is_named_with_its_file(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / "cases.jsonl").write_text(line)

    with pytest.raises(CaseError, match=said) as caught:
        load_cases([tmp_path])

    assert "cases.jsonl" in str(caught.value)


def test_one_id_stands_for_one_case(tmp_path: Path) -> None:
    line = {"id": "x", "kind": "k", "question": "q", "outcomes": ["answered"], "author": "a", "date": "d"}
    (tmp_path / "cases.jsonl").write_text(f"{json.dumps(line)}\n{json.dumps(line)}\n")

    with pytest.raises(CaseError, match="case x stands twice"):
        load_cases([tmp_path])


def test_an_outcome_is_right_when_the_case_allows_it() -> None:
    assert right_outcome(case(), answer(FEE)).value == 1.0
    assert right_outcome(case(), answer(outcome=Outcome.NOT_IN_PACK)).value == 0.0


@pytest.mark.parametrize(
    ("says", "text", "value"),
    [
        ((("£310",), ("a day", "daily")), "The fee is £310 daily.", 1.0),
        ((("£310",), ("a month",)), FEE, 0.5),
        ((("8", "eight"),), "There are 18 meetings.", 0.0),
        ((("Chair’s",),), "the CHAIR'S report", 1.0),
        ((), FEE, None),
    ],
    ids=["one of each", "half", "part of a number", "other quotes and capitals", "nothing asked for"],
)
def test_facts_are_the_share_of_what_must_be_said(
    says: tuple[tuple[str, ...], ...], text: str, value: float | None
) -> None:
    assert facts(case(says=says), answer(text=text)).value == value


def test_what_must_not_be_said_counts_only_in_the_assistants_own_words() -> None:
    given = case(never_says=("£6,450",))
    unsaid = "The recruitment pack does not answer “Is it £6,450?”."

    assert forbidden(given, answer("The fee is £6,450.")).value == 0.0
    assert forbidden(given, answer(FEE, text=f"{FEE}\n{unsaid}")).value == 1.0
    assert forbidden(given, answer(text="I think it is £6,450.")).value == 0.0
    assert forbidden(case(), answer(FEE)).value is None


@pytest.mark.parametrize(
    ("rests_on", "cited", "recall", "precision"),
    [
        ((FEE,), (FEE,), 1.0, 1.0),
        ((FEE,), (FEE, HARBOURS), 1.0, 0.5),
        ((FEE, HARBOURS), (FEE,), 0.5, 1.0),
        ((f"{FEE} {HARBOURS}",), (HARBOURS,), 1.0, 1.0),
        ((FEE,), ("a day.",), 0.0, 0.0),
        ((FEE,), (), 0.0, None),
        ((), (FEE,), None, None),
    ],
    ids=["the same", "one more", "one less", "a sentence of it", "a scrap of it", "nothing cited", "rests on nothing"],
)
def test_citations_are_measured_against_what_the_answer_rests_on(
    rests_on: tuple[str, ...], cited: tuple[str, ...], recall: float | None, precision: float | None
) -> None:
    given, said = case(rests_on=rests_on), answer(*cited)

    assert (citation_recall(given, said).value, citation_precision(given, said).value) == (recall, precision)


def test_a_quote_with_one_character_changed_is_not_verbatim() -> None:
    forged = Answer(Outcome.ANSWERED, "x", citations=(Citation(1, passage(FEE), "The fee is £301 a day."),))

    assert verbatim(case(), answer(FEE)).value == 1.0
    assert verbatim(case(), forged).value == 0.0
    assert verbatim(case(), answer()).value is None


def test_what_cannot_be_measured_leaves_the_average() -> None:
    results = [result(case(says=(("£310",),)), answer(FEE)), result(case(id="c2"), answer(FEE))]

    assert averages(results) == {"right_outcome": 1.0, "facts": 1.0}


def test_the_report_counts_by_kind_and_lists_what_went_wrong_with_the_reason() -> None:
    right, lost = case(id="good"), case(id="bad", says=(("£999",),))
    results = [result(right, answer(FEE)), result(lost, answer(FEE))]

    assert "fact                   1 of 2" in summary(results)
    assert wrong(results).startswith("bad: What is the fee?")
    assert "£999" in wrong(results)
    assert "good" not in wrong(results)


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share_and_narrows_with_more_cases(total: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, total))

    low, high = wilson(successes, total)
    lower, higher = wilson(4 * successes, 4 * total)

    assert 0 <= low <= successes / total + 1e-12
    assert successes / total - 1e-12 <= high <= 1
    assert higher - lower < high - low


def test_every_floor_of_the_gate_is_that_of_a_measure() -> None:
    floors = tomllib.loads(CASES.with_name("gates.toml").read_text(encoding="utf-8"))["floors"]

    assert set(floors) == {measure.__name__ for measure in MEASURES}
    assert all(0 < floor <= 1 for floor in floors.values())


def test_the_suite_asks_and_reports_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "cases" / "child-safeguarding-panel"
    folder.mkdir(parents=True)
    shared = {"kind": "fact", "author": "a test", "date": "2026-11-23", "outcomes": ["answered"]}
    lines = [
        {"id": "one", "question": "Who supports new members?", "says": [["Panel Secretariat"]], **shared},
        {"id": "two", "question": "What does it pay?", **shared},
    ]
    (folder / "fact.jsonl").write_text("\n".join(json.dumps(line) for line in lines))

    assert main([str(folder), "--wrong", "--report", str(tmp_path / "report")]) == 0

    said = capsys.readouterr().out
    assert "1 of 2" in said
    assert "two: What does it pay?" in said
    assert "one: " not in said
    assert "two: " in (tmp_path / "report" / "wrong.txt").read_text()


def test_cases_that_are_not_there_are_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "no-such-cases")]) == 2

    assert "no-such-cases does not exist" in capsys.readouterr().err


def _flat(texts: Iterable[str]) -> str:
    return " ".join(" ".join(texts).split())
