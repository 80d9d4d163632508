"""That the cases are in order, and that each fault a case can have is complained of, with its remedy."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain import MAX_QUESTION, Outcome, Turn
from evals.cases import CASES, load_cases, pack_folder
from evals.domain import Case
from evals.lint import WHOLLY_COVERED, lint
from knowledge.fingerprint import fingerprint

RIVERS, COASTAL = "heritage-rivers-board", "coastal-health-authority"
TRAVEL = "Reasonable travel costs are refunded."
MEMBER_ROW = "Role: Member; Days a month: 2; Fee a year: £6,450; Extra fee for chairing a committee: £1,150"
ANSWERED, SILENT = frozenset({Outcome.ANSWERED}), frozenset({Outcome.NOT_IN_PACK})
TURN = Turn("Is it paid?", "Yes.")


@pytest.fixture(scope="session")
def case() -> Callable[..., Case]:
    """Makes cases in which there is nothing to complain of but what a test puts in."""
    packs = {campaign: fingerprint(pack_folder(campaign)) for campaign in (RIVERS, COASTAL)}
    sound = Case(
        id="c1",
        campaign=RIVERS,
        kind="answerable",
        question="Who pays for my train?",
        turns=(),
        outcomes=ANSWERED,
        rests_on=(TRAVEL,),
        says=(("travel",),),
        author="a test",
        date="2026-11-23",
    )

    def make(campaign: str = RIVERS, **fields: object) -> Case:
        return replace(sound, campaign=campaign, pack=packs[campaign], **fields)  # type: ignore[arg-type]

    return make


def test_the_cases_are_in_order() -> None:
    assert lint(load_cases()) == []


def test_a_sound_case_is_not_complained_of(case: Callable[..., Case]) -> None:
    assert lint([case()]) == []


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"rests_on": ("Reasonable travel costs are paid.",)}, "does not stand in the pack: quote one sentence"),
        ({"rests_on": ("Reasonable travel costs are refun",)}, "does not stand in the pack"),
        ({"rests_on": ("£1,150",), "says": ()}, f"quote the whole row, “{MEMBER_ROW}”"),
        ({"rests_on": ("Tarrant Mill",), "says": ()}, "too short to be evidence"),
        ({"rests_on": (TRAVEL,), "pages": (3,)}, "don't stand on the pages [3]: write [None]"),
        ({"pages": (None, None)}, "2 pages for 1 quotes"),
        ({"outcomes": frozenset()}, "allows no outcome"),
        ({"outcomes": SILENT}, "rests on quotes and may not be answered"),
        ({"outcomes": frozenset({Outcome.DECLINED}), "says": ()}, "rests on quotes and may not be answered"),
        ({"rests_on": ()}, "must be answered and rests on nothing"),
        ({"rests_on": (), "outcomes": frozenset({Outcome.PARTLY_ANSWERED})}, "must be answered and rests on nothing"),
        ({"question": " \n"}, "a question is empty"),
        ({"question": "x" * (MAX_QUESTION + 1)}, f"has 501 characters, and the assistant takes {MAX_QUESTION}"),
        ({"turns": (Turn("x" * (MAX_QUESTION + 1), "y"),)}, "has 501 characters"),
        ({"turns": (Turn("Is it paid?", ""),)}, "an earlier turn has no answer"),
        ({"kind": "follow_up"}, "a follow_up needs earlier turns"),
        ({"says": (("travel", " "),)}, "says has an empty alternative"),
        ({"says": ((),)}, "says has an empty alternative"),
        ({"says": (("flights", "taxis"),)}, "none of ['flights', 'taxis'] stands in its quotes"),
        ({"says": (("fund",),)}, "none of ['fund'] stands in its quotes"),
        ({"says": (("travel costs", "trains"),), "never_says": ("Trains",)}, "in what must be said, “trains”"),
        ({"never_says": ("Refunded",)}, "is in its own quote “Reasonable travel costs are refunded.”"),
        ({"never_says": ("",)}, "never_says has an empty entry"),
        ({"author": " "}, "it has no author"),
        ({"date": ""}, "its date “” is none"),
        ({"date": "23 November"}, "its date “23 November” is none"),
        ({"date": "20261123"}, "its date “20261123” is none"),
        ({"date": "2026-02-30"}, "its date “2026-02-30” is none"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_fault_is_complained_of_once_with_its_case(
    case: Callable[..., Case], fields: dict[str, object], complaint: str
) -> None:
    faulty = case(**fields)

    [said] = lint([faulty])

    assert said.startswith(f"heritage-rivers-board/{faulty.kind}.jsonl, c1: ")
    assert complaint in said


@pytest.mark.parametrize(
    "fields",
    [
        {"rests_on": ("Reasonable  travel\ncosts are refunded.",)},
        {"rests_on": (MEMBER_ROW,), "says": (("£1,150",),), "never_says": ("£1,15", "50")},
        {"rests_on": ("Three years",), "says": (("three years",),)},
        {"rests_on": ("£9,200",), "says": (("£9,200",),)},
        {"rests_on": (), "says": (), "outcomes": SILENT, "never_says": ("£",)},
        {"rests_on": (), "says": (), "outcomes": ANSWERED | SILENT},
        {"kind": "follow_up", "turns": (TURN,)},
        {"says": (("taxis", "Travel"),)},
        {"question": "x" * MAX_QUESTION},
    ],
    ids=[
        "white space folded",
        "never the half of a number",
        "the whole value of a label",
        "a sum that stands in a row and elsewhere",
        "silent",
        "open whether it is answered",
        "a follow-up with its turn",
        "one alternative is the pack's",
        "as long as a question may be",
    ],
)
def test_what_only_looks_like_a_fault_is_not_complained_of(
    case: Callable[..., Case], fields: dict[str, object]
) -> None:
    assert lint([case(**fields)]) == []


def test_every_quote_of_a_pack_with_pages_names_its_page_where_there_is_one(case: Callable[..., Case]) -> None:
    pages_of = {
        "Role: Vice-Chair; Days a month: 6; Fee a year: £18,750": 3,
        "2 and 3 February 2027": None,  # on two pages
        "The other fees are unchanged.": None,  # in a document without pages
    }
    given = [(quote, right, pages) for quote, right in pages_of.items() for pages in {(), (right,), (2,)}]

    complaints = lint(
        case(COASTAL, id=f"c{number}", question=f"q{number}", rests_on=(quote,), pages=pages, says=())
        for number, (quote, _, pages) in enumerate(given)
    )

    wrong = [number for number, (_, right, pages) in enumerate(given) if (pages or (None,)) != (right,)]
    assert [said.split(":")[0] for said in complaints] == [f"{COASTAL}/answerable.jsonl, c{one}" for one in wrong]
    assert len(wrong) == 4
    assert "write [3]" in complaints[0]


@pytest.mark.parametrize(
    ("fields", "complaints"),
    [
        ({"question": "who pays, for my train"}, 1),
        ({"question": "Who pays for my trains?"}, 0),
        ({"turns": (TURN,)}, 0),
        ({"id": "c1", "question": "Is the train paid for?"}, 1),
    ],
    ids=["the same but for its marks", "another word", "the same after other turns", "another with the same id"],
)
def test_a_question_and_an_id_stand_once(case: Callable[..., Case], fields: dict[str, object], complaints: int) -> None:
    assert len(lint([case(), case(**({"id": "c2"} | fields))])) == complaints


@pytest.mark.parametrize("campaign", WHOLLY_COVERED)
def test_a_sentence_that_no_case_rests_on_is_named(tmp_path: Path, campaign: str) -> None:
    cases = load_cases([CASES / campaign])
    quote = next(case.rests_on[0] for case in cases if case.rests_on)
    without = [case for case in cases if not any(quote in one or one in quote for one in case.rests_on)]
    (tmp_path / campaign).mkdir()

    assert any(quote in said and "no case rests on" in said for said in lint(without, tmp_path))


def test_coverage_is_not_asked_of_a_part_of_the_cases() -> None:
    assert lint(load_cases([CASES / RIVERS / "table.jsonl"])) == []


def test_a_case_that_was_never_confirmed_is_complained_of(case: Callable[..., Case]) -> None:
    [said] = lint([replace(case(), pack="")])

    assert "never confirmed against a pack" in said
    assert "python -m evals confirm" in said
