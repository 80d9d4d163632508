"""An answer becomes a case with one press, unless something speaks against it, and leaves in one patch."""

import csv
import io
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.secretariat.roles import Role
from assistant.web.console.frame import ROOT
from assistant.web.service import Service
from evals.cases import load_cases
from evals.lint import lint
from tests.web.console.conftest import As
from tests.web.console.test_answer_pages import WRONG, review, show
from tests.web.console.test_queue_pages import ask
from tests.web.scripted import scripted_service

CASES = f"{ROOT}/cases"
QUOTES = ["The Board meets four times a year.", "Members lead reviews."]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The pack that cases are checked against."""
    folder = tmp_path / "pack"
    folder.mkdir()
    text = "# Recruitment pack\n\n## The role\n\nThe Board meets four times a year.\n\nMembers lead reviews.\n"
    (folder / "pack.md").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def service(tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Beside a repository without cases."""
    monkeypatch.setattr("assistant.web.console.case_pages.CASES", tmp_path / "repository")
    return scripted_service(tmp_path, pack_dir=pack)


def prefilled(question: str, outcome: str = "answered", quotes: list[str] | None = None) -> dict[str, str | list[str]]:
    return {"question": question, "outcome": outcome, "quote": QUOTES if quotes is None else quotes}


def make(client: TestClient, turn: str, form: dict[str, str | list[str]]) -> tuple[int, str]:
    response = client.post(f"{ROOT}/answers/{turn}/case", data=form)
    return response.status_code, response.headers.get("location", response.text)


def test_a_right_answer_becomes_a_case_that_the_evals_take(as_: As, pack: Path) -> None:
    turn, ada = ask(as_(), "How often?"), as_(Role.REVIEWER, "Ada")
    review(ada, turn)
    page = show(ada, turn)
    for quote in QUOTES:
        assert f'value="{quote}" checked>' in page

    assert make(ada, turn, prefilled("How often?"))[1].endswith("?done=case_made")

    patch = ada.post(f"{CASES}/patch")
    assert patch.headers["content-disposition"] == 'attachment; filename="cases-board.patch"'
    assert "+++ b/evals/cases/board/answerable.jsonl" in patch.text
    (line,) = [line[1:] for line in patch.text.splitlines() if line.startswith("+{")]
    file = pack.parent / "cases" / "board" / "answerable.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(f"{line}\n", encoding="utf-8")
    cases = load_cases([file.parent])
    assert [case.rests_on for case in cases] == [tuple(QUOTES)]
    assert lint(cases, pack.parent / "cases", packs=lambda campaign: pack) == []
    assert "In a patch" in ada.get(CASES).text


def test_the_form_of_an_answer_that_should_have_been_given_offers_what_was_near(as_: As) -> None:
    turn, ada = ask(as_(), "What is the pay?"), as_(Role.REVIEWER, "Ada")
    review(ada, turn, {"verdict": "should_have", "reason": "It is there"})

    page = show(ada, turn)

    assert '<option value="answered" selected>' in page
    assert 'name="quote" value="Leeds">' in page


def test_what_speaks_against_a_case_is_told_in_the_words_of_the_lint(as_: As) -> None:
    turn, ada = ask(as_(), "How often?"), as_(Role.REVIEWER, "Ada")
    review(ada, turn, WRONG)

    status, page = make(ada, turn, {**prefilled("How often?"), "other": "The Board meets on the moon."})

    assert status == 422
    assert "“The Board meets on the moon.” does not stand in the pack" in page
    assert ">The Board meets on the moon.</textarea>" in page
    assert "There are no cases yet" in ada.get(CASES).text


def test_a_question_with_personal_details_is_refused_plainly(as_: As) -> None:
    turn, ada = ask(as_(), "How often?"), as_(Role.REVIEWER, "Ada")
    review(ada, turn)

    status, page = make(ada, turn, prefilled("Ring 07700 900123. How often?"))

    assert status == 422
    assert "Take personal details out of the question" in page
    assert "There are no cases yet" in ada.get(CASES).text


@pytest.mark.parametrize("question", ["How often?", "He has bruises"], ids=["not marked", "not kept"])
def test_an_answer_that_is_not_marked_or_not_kept_makes_no_case(as_: As, question: str) -> None:
    turn, ada = ask(as_(), question), as_(Role.REVIEWER, "Ada")
    if question == "He has bruises":
        review(ada, turn)

    assert "Make it a case" not in show(ada, turn)
    assert make(ada, turn, prefilled("How often?"))[0] == 409


def test_a_pack_that_cannot_be_read_makes_no_case(as_: As, pack: Path) -> None:
    turn, ada = ask(as_(), "How often?"), as_(Role.REVIEWER, "Ada")
    review(ada, turn)
    (pack / "pack.md").unlink()

    status, page = make(ada, turn, prefilled("How often?"))

    assert status == 503
    assert "could not be read" in page


def test_cases_are_a_file_and_can_be_taken_back(as_: As) -> None:
    turn, ada, reader = ask(as_(), "How often?"), as_(Role.REVIEWER, "Ada"), as_(Role.READER)
    review(ada, turn)
    make(ada, turn, prefilled("=How often?"))

    (row,) = csv.DictReader(io.StringIO(reader.get(f"{CASES}.csv").content.decode("utf-8-sig")))
    assert (row["question"], row["split"], row["kind"]) == ("'=How often?", "test", "answerable")
    assert reader.post(f"{CASES}/patch").status_code == 403

    assert ada.post(f"{CASES}/{turn}/remove").status_code == 303
    assert ada.post(f"{CASES}/{turn}/remove").status_code == 404
    assert "done=nothing_new" in ada.post(f"{CASES}/patch").headers["location"]
