"""The files of cases: that they can be read, that what is no case is named, and that they are what was promised."""

import json
from collections import Counter
from pathlib import Path

import pytest
from pypdf import PdfReader

from assistant.casebook import KINDS
from assistant.domain import Outcome
from evals.cases import CASES, CaseError, load_cases, pack_folder
from evals.domain import Case
from knowledge.domain import BlockKind
from knowledge.pack import load_pack

CASE_LINE = {"id": "x", "kind": "list", "question": "q", "outcomes": ["answered"], "author": "a", "date": "d"}
FEWEST = {"child-safeguarding-panel": 250, "coastal-health-authority": 60, "heritage-rivers-board": 60}
COASTAL = "coastal-health-authority"


def written(folder: Path, *lines: object, name: str = "list.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path


@pytest.mark.parametrize("file", sorted(CASES.rglob("*.jsonl")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_file_of_cases_holds_cases_of_its_kind_and_campaign(file: Path) -> None:
    cases = load_cases([file])

    assert cases
    assert {(case.campaign, case.kind) for case in cases} == {(file.parent.name, file.stem)}


@pytest.mark.parametrize("campaign", FEWEST)
def test_every_campaign_has_its_number_of_cases_and_all_kinds(campaign: str) -> None:
    kinds = Counter(case.kind for case in load_cases([CASES / campaign]))

    assert kinds.total() >= FEWEST[campaign]
    assert set(kinds) == set(KINDS)


def test_cases_reach_every_outcome_but_being_out_of_order() -> None:
    reached = {outcome for case in load_cases() for outcome in case.outcomes}

    assert set(Outcome) - reached == {Outcome.UNAVAILABLE}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2 is no case"),
        ("", "line 2 is no case"),
        ('{"id": "x"}', "line 2 is no case"),
        (CASE_LINE | {"id": "y", "outcomes": ["maybe"]}, "outcomes"),
        (CASE_LINE | {"id": "y", "answer": "no"}, "answer\n  Extra inputs are not permitted"),
        (CASE_LINE | {"id": "y", "turns": [{"question": "q", "answer": "a", "by": "me"}]}, "by\n  Extra inputs"),
        (CASE_LINE | {"id": "y", "kind": "table"}, "line 2 is a case of kind table: move it to table.jsonl"),
    ],
    ids=["no JSON", "empty", "half a case", "no such outcome", "unknown key", "unknown key of a turn", "other kind"],
)
def test_a_line_that_is_no_case_of_its_file_is_named(tmp_path: Path, line: object, said: str) -> None:
    path = written(tmp_path, CASE_LINE, line, CASE_LINE | {"id": "z"})

    with pytest.raises(CaseError, match=said) as caught:
        load_cases([tmp_path])

    assert str(path) in str(caught.value)


def test_a_file_that_is_named_after_no_kind_is_refused(tmp_path: Path) -> None:
    written(tmp_path, CASE_LINE, name="lists.jsonl")

    with pytest.raises(CaseError, match=r"lists.jsonl is named after no kind of case: call it one of ambiguous, "):
        load_cases([tmp_path])


def test_one_id_stands_for_one_case(tmp_path: Path) -> None:
    written(tmp_path, CASE_LINE, CASE_LINE)

    with pytest.raises(CaseError, match="case x stands twice"):
        load_cases([tmp_path])


def test_a_question_may_hold_any_character(tmp_path: Path) -> None:
    question = "What\u2028does\x85it\x0cpay\u2029?"
    path = tmp_path / "list.jsonl"
    path.write_text(json.dumps(CASE_LINE | {"question": question}, ensure_ascii=False), encoding="utf-8")

    assert [case.question for case in load_cases([path])] == [question]


def test_cases_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no-such-cases does not exist"):
        load_cases([tmp_path / "no-such-cases"])


def test_a_campaign_without_a_pack_is_named() -> None:
    with pytest.raises(CaseError, match="there is no pack for the cases of nobody"):
        pack_folder("nobody")


def test_pages_are_those_on_which_another_reader_of_pdfs_finds_the_quotes() -> None:
    pages = [_squeezed(page.extract_text()) for page in PdfReader(pack_folder(COASTAL) / "information-pack.pdf").pages]
    rows = _rows(COASTAL)
    quotes = [(case, quote, page) for case in load_cases([CASES / COASTAL]) for quote, page in _with_pages(case)]

    wrong = []
    for case, quote, page in quotes:
        parts = [_squeezed(part) for part in rows.get(quote, [quote])]
        found = [number for number, text in enumerate(pages, start=1) if all(part in text for part in parts)]
        # Another reader can't tell a label with its value from a row of the same words.
        if page not in found if "\n" in quote and found else page != (found[0] if len(found) == 1 else None):
            wrong.append(f"{case.id}: {quote}: {page}, found on {found}")

    assert wrong == []
    assert {page for _, _, page in quotes} >= {1, 2, 3, 4, 5}


def _with_pages(case: Case) -> list[tuple[str, int | None]]:
    return list(zip(case.rests_on, case.pages or [None] * len(case.rests_on), strict=True))


def _rows(campaign: str) -> dict[str, list[str]]:
    """Each table row with its headings and cells, which another reader finds apart from each other."""
    blocks = [block for document in load_pack(pack_folder(campaign)).documents for block in document.blocks]
    rows = [block.text for block in blocks if block.kind is BlockKind.TABLE_ROW]
    return {row: [part for cell in row.split("; ") for part in cell.split(": ", 1)] for row in rows}


def _squeezed(text: str) -> str:
    """Without white space, and without the hyphens that break words at line ends."""
    return "".join(text.replace("-\n", "").replace("-", "").split())
