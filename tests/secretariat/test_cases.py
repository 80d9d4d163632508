"""A case that the console makes is one that the evals take, complain of alike, and find in the patched repository."""

import ast
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.casebook import CaseLine, TurnLine
from assistant.domain import Outcome
from assistant.secretariat.case_making import (
    CheckedPack,
    Wish,
    complaints,
    expected,
    holds_private_words,
    line_of,
    read_pack,
    trusted,
)
from assistant.secretariat.case_patch import as_line, cases_there, patch_for
from assistant.secretariat.marks import Grade, Mark, Opinion, Review, Verdict
from assistant.secretariat.people import Person
from assistant.secretariat.stores import Secretariat
from assistant.settings import ROOT
from evals.cases import CASES, load_cases, pack_folder
from evals.lint import lint
from tests.secretariat.asked import answer, ask
from tests.secretariat.conftest import NOW, run

PANEL = "child-safeguarding-panel"
FORTNIGHTLY = (
    "Drawing on your professional expertise and experience, to contribute to Panel decisions and analysis of cases at "
    "fortnightly Panel meetings."
)
SOUND = Wish(PANEL, "a" * 32, "Are there meetings “every fortnight”, or so?", Outcome.ANSWERED, (FORTNIGHTLY,))
TABLE_ROW = "Role: Member; Days a month: 2; Fee a year: £6,450; Extra fee for chairing a committee: £1,150"


@pytest.fixture(scope="module")
def pack() -> CheckedPack:
    return read_pack(pack_folder(PANEL))


def made(wish: Wish, pack: CheckedPack, verdict: Verdict = Verdict.RIGHT) -> CaseLine:
    return line_of(wish, pack, verdict=verdict, at=NOW)


def linted(cases: Sequence[CaseLine], folder: Path) -> list[str]:
    """What the evals say of cases that stand in files of their own, without the place that they name."""
    for case in cases:
        file = folder / PANEL / f"{case.kind}.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as lines:
            lines.write(f"{as_line(case)}\n")
    said = lint(load_cases([folder]))
    return [complaint.split(": ", 1)[1] for complaint in said]


@pytest.mark.parametrize(
    "wish",
    [
        SOUND,
        replace(SOUND, outcome=Outcome.NOT_IN_PACK, quotes=()),
        replace(SOUND, outcome=Outcome.PARTLY_ANSWERED),
        replace(SOUND, outcome=Outcome.DECLINED, quotes=(), rule="own_chances"),
        replace(SOUND, outcome=Outcome.DECLINED, quotes=()),
        replace(SOUND, outcome=Outcome.CLARIFY, quotes=()),
        replace(SOUND, outcome=Outcome.GREETED, quotes=()),
        replace(SOUND, turns=(TurnLine(question="When do you meet?", answer="Fortnightly."),)),
        replace(SOUND, quotes=()),
        replace(SOUND, quotes=("The Panel meets on the moon.",)),
        replace(SOUND, quotes=("the Panel",)),
        replace(SOUND, outcome=Outcome.NOT_IN_PACK),
        replace(SOUND, question="x" * 501),
        replace(SOUND, question=" "),
        replace(SOUND, turns=(TurnLine(question="", answer=" "),)),
        replace(SOUND, question="How?\u2028Or when?\x85"),
    ],
)
def test_the_evals_read_every_case_that_is_made_and_complain_of_what_we_complain_of(
    wish: Wish, pack: CheckedPack, tmp_path: Path
) -> None:
    line = made(wish, pack)

    assert linted([line], tmp_path) == complaints(line, pack, [])
    (case,) = load_cases([tmp_path])
    assert (case.id, case.question, case.outcomes) == (line.id, line.question, frozenset({wish.outcome}))


def test_a_quote_is_kept_with_its_page() -> None:
    coastal = read_pack(pack_folder("coastal-health-authority"))
    asked = next(case for case in load_cases([CASES / "coastal-health-authority"]) if any(case.pages))
    wish = Wish("coastal-health-authority", "b" * 32, "And this?", Outcome.ANSWERED, asked.rests_on)

    line = line_of(wish, coastal, verdict=Verdict.RIGHT, at=NOW)

    assert tuple(line.pages) == asked.pages
    assert complaints(line, coastal, []) == []


def test_a_question_that_is_asked_already_is_no_case(pack: CheckedPack, tmp_path: Path) -> None:
    first = made(SOUND, pack)
    second = made(replace(SOUND, turn="b" * 32, question="are there meetings every FORTNIGHT or so"), pack)

    assert complaints(second, pack, [first]) == [f"it asks the same as {first.id}"]
    assert complaints(first, pack, [first]) == []
    (said,) = linted([first, second], tmp_path)
    assert said.startswith(f"it asks the same as {first.id}")


@pytest.mark.parametrize(
    ("question", "private"),
    [
        ("When do you meet?", False),
        ("Write to jo.bloggs@example.com, please", True),
        ("Ring 07700 900123", True),
        ("Is office@example.org right?", False),
    ],
)
def test_a_case_gives_away_nothing_about_a_person(question: str, private: bool, pack: CheckedPack) -> None:
    published = "The office office@example.org"
    turn = TurnLine(question=question, answer="Yes.")

    for wish in (replace(SOUND, question=question), replace(SOUND, turns=(turn,))):
        assert holds_private_words(made(wish, pack), published=published) is private


@pytest.mark.parametrize(
    ("outcome", "verdict", "meant"),
    [
        (Outcome.ANSWERED, Verdict.RIGHT, Outcome.ANSWERED),
        (Outcome.PARTLY_ANSWERED, Verdict.INCOMPLETE, Outcome.ANSWERED),
        (Outcome.ANSWERED, Verdict.INCOMPLETE, Outcome.ANSWERED),
        (Outcome.ANSWERED, Verdict.SHOULD_NOT, Outcome.NOT_IN_PACK),
        (Outcome.NOT_IN_PACK, Verdict.SHOULD_HAVE, Outcome.ANSWERED),
        (Outcome.DECLINED, Verdict.RIGHT, Outcome.DECLINED),
    ],
)
def test_a_verdict_says_how_it_should_have_ended(outcome: Outcome, verdict: Verdict, meant: Outcome) -> None:
    assert expected(outcome, verdict) is meant


def test_a_case_rests_on_the_quotes_that_nobody_called_wrong() -> None:
    marks = (Mark("citation", 2, Grade.WRONG, "no"), Mark("sentence", 1, Grade.WRONG, "no"))
    review = Review("p", "Ada", NOW, Opinion(Verdict.WRONG, "no", marks=marks), authoritative=False)

    assert trusted(["one", "two", "three"], review) == ("one", "three")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with the cases that ours has."""
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    shutil.copytree(CASES, tmp_path / "evals" / "cases")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def applied(patch: str, repository: Path) -> None:
    done = subprocess.run(["git", "apply", "-"], cwd=repository, input=patch.encode(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_the_patch_applies_and_the_evals_take_the_cases_with_all_others(repository: Path, pack: CheckedPack) -> None:
    silent = replace(SOUND, turn="b" * 32, question="Is there a kestrel?", outcome=Outcome.NOT_IN_PACK, quotes=())
    lines = [made(SOUND, pack), made(silent, pack)]
    cases = repository / "evals" / "cases"
    before = len(load_cases([cases]))

    applied(patch_for(PANEL, lines, cases), repository)

    assert len(load_cases([cases])) == before + 2
    assert lint(load_cases([cases / PANEL]), cases) == []
    assert {line.id for line in lines} <= {case.id for case in cases_there(PANEL, cases)}
    assert patch_for(PANEL, lines, cases) == ""


@pytest.mark.parametrize("there", ["", '{"id": "x"}\n', "one\ntwo\nthree\nfour\nfive\n", "one\ntwo", "one"])
def test_a_patch_adds_its_lines_and_changes_nothing_else(
    there: str, repository: Path, pack: CheckedPack, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = repository / "evals" / "cases" / "new-board" / "answerable.jsonl"
    if there:
        file.parent.mkdir()
        file.write_text(there, encoding="utf-8")
    monkeypatch.setattr("assistant.secretariat.case_patch.cases_in", lambda text: [])
    lines = [made(SOUND, pack), made(replace(SOUND, turn="b" * 32), pack)]

    applied(patch_for("new-board", lines, repository / "evals" / "cases"), repository)

    start = there if there.endswith("\n") or not there else f"{there}\n"
    assert file.read_text(encoding="utf-8") == start + "".join(f"{as_line(line)}\n" for line in lines)


def test_a_case_stands_on_its_line_as_the_others_do(pack: CheckedPack) -> None:
    (first, *_) = (CASES / PANEL / "answerable.jsonl").read_text(encoding="utf-8").split("\n")

    known = CaseLine.model_validate_json(first)

    assert list(json.loads(as_line(made(SOUND, pack)))) == list(json.loads(as_line(known)))
    assert "“every fortnight”" in as_line(made(SOUND, pack))


def test_an_answer_has_one_case_that_is_only_for_testing(
    secretariat: Secretariat, ada: Person, pack: CheckedPack
) -> None:
    turn, _ = ask(secretariat.database, "How often?", answer())
    for question in ("How often?", "How often then?"):
        line = made(replace(SOUND, turn=turn, question=question), pack)
        assert run(secretariat.cases.add(PANEL, turn, line, by=ada.id, at=NOW))

    (case,) = run(secretariat.cases.all(PANEL))

    assert (case.line, case.split, case.exported) == (line, "test", False)
    assert run(secretariat.cases.all("another")) == ()
    assert not run(secretariat.cases.add(PANEL, "0" * 32, line, by=ada.id, at=NOW))


def test_a_case_in_a_patch_is_marked_so_and_one_that_is_taken_back_is_gone(
    secretariat: Secretariat, ada: Person, pack: CheckedPack
) -> None:
    turn, _ = ask(secretariat.database, "How often?", answer())
    run(secretariat.cases.add(PANEL, turn, made(replace(SOUND, turn=turn), pack), by=ada.id, at=NOW))

    run(secretariat.cases.export(PANEL, [turn], by=ada.id, at=NOW))
    assert [case.exported for case in run(secretariat.cases.all(PANEL))] == [True]

    assert run(secretariat.cases.remove(turn, by=ada.id, at=NOW))
    assert not run(secretariat.cases.remove(turn, by=ada.id, at=NOW))
    assert run(secretariat.cases.all(PANEL)) == ()
    actions = [entry.change.action for entry in run(secretariat.audit.entries())]
    assert actions[:3] == ["removed a case", "exported", "made a case"]


def test_nothing_that_is_fitted_is_fitted_on_cases() -> None:
    fitting = [*(ROOT / "training").rglob("*.py"), *(ROOT / "scripts").glob("fit_*.py")]

    reading = [
        file.name
        for file in fitting
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module in ("evals.cases", "evals.lint", "assistant.casebook")
    ]

    assert fitting
    assert reading == []
