"""`python -m evals` as a person at a terminal meets it: what it prints, what it writes, and how it exits."""

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.__main__ import main
from evals.asking import QUOTING
from evals.cases import load_cases
from evals.commands import reports
from evals.model.scripted import scripted_model
from evals.runs import read_run

CAMPAIGN = "child-safeguarding-panel"
SHARED = {"author": "a test", "date": "2026-11-23", "outcomes": ["answered"]}
SUPPORTS = "You will have support and assistance from the Panel Secretariat"


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Three cases: one that is right, one that is wrong, one that is refused."""
    return written(
        tmp_path / "cases",
        answerable=[
            {"id": "one", "question": "Who supports new members?", "says": [["Panel Secretariat"]]},
            {"id": "two", "question": "What does it pay?"},
        ],
        greeting=[{"id": "three", "question": "Good morning!", "outcomes": ["greeted"]}],
    )


def written(folder: Path, **kinds: Sequence[dict[str, object]]) -> Path:
    (folder / CAMPAIGN).mkdir(parents=True)
    for kind, lines in kinds.items():
        text = "\n".join(json.dumps({"kind": kind, **SHARED, **line}) for line in lines)
        (folder / CAMPAIGN / f"{kind}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_the_suite_asks_keeps_the_run_and_reports_what_it_found(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, report = tmp_path / "run.jsonl", tmp_path / "report"

    assert main([str(few), "--only", "kind=answerable", "--wrong", "--out", str(kept), "--report", str(report)]) == 0

    said = capsys.readouterr().out
    assert "1 of 2 answers right" in said
    assert "two" in said.partition("What does it pay?")[0].rpartition("\n")[2]
    assert read_run(kept)[0].mode == QUOTING
    assert "1 of 2" in (report / "summary.md").read_text(encoding="utf-8")
    assert "What does it pay?" in (report / "report.html").read_text(encoding="utf-8")
    assert ElementTree.parse(report / "junit.xml").getroot().get("tests") == "2"


def test_a_run_can_be_scored_again_by_the_cases_it_was_asked_with(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "run.jsonl"
    main([str(few), "--only", "answerable", "--out", str(kept)])
    before = capsys.readouterr().out.splitlines()[0]

    assert main(["score", str(kept)]) == 0

    assert capsys.readouterr().out.splitlines()[0] == before


def test_a_part_of_the_cases_is_held_to_the_gates_that_it_covers_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "run.jsonl")]

    assert main(["--only", "kind=greeting", "--gate", *out]) == 0

    assert "passed" in capsys.readouterr().out


def test_the_gate_stops_a_worse_answer_and_names_its_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.guard.kind_of_small_talk", lambda _: None)

    assert main(["--only", "kind=greeting", "--gate", "--out", str(tmp_path / "run.jsonl")]) == 1

    assert "csp-greeting-001" in capsys.readouterr().out


def test_without_a_baseline_the_gate_says_how_to_make_one(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "BASELINE", tmp_path / "none.json")

    assert main([str(few), "--only", "greeting", "--gate", "--out", str(tmp_path / "run.jsonl")]) == 1

    assert "python -m evals accept" in capsys.readouterr().err


def test_replies_of_a_model_are_recorded_and_replayed_without_it(
    few: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette, out = tmp_path / "replies.jsonl", ["--mode", "model", "--out", str(tmp_path / "run.jsonl")]
    asked = [str(few), "--only", "id=one", *out]
    with scripted_model() as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert main([*asked, "--record", str(cassette)]) == 0
    recorded = read_run(tmp_path / "run.jsonl")[1]
    monkeypatch.delenv("OPENAI_BASE_URL")

    assert main([*asked, "--repeat", "2", "--replay", str(cassette)]) == 0

    replayed = read_run(tmp_path / "run.jsonl")[1]
    assert [one.answer.text for one in replayed] == [recorded[0].answer.text] * 2
    assert {one.answer.mode for one in replayed} == {"model"}
    assert "0 are not" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no-such-cases"], "no-such-cases does not exist"),
        (["--only", "colour=red"], "colour=red"),
        (["--only", "kind=no-such-kind"], "no-such-kind"),
        (["--repeat", "3"], "quoting"),
        (["--mode", "model", "--gate"], "advisory"),
        (["--replay", "x"], "--mode model"),
        (["score", "no-such-run"], "no-such-run"),
        (["accept", "no-such-run"], "no-such-run"),
        (["confirm", "no-such-cases"], "no-such-cases"),
        (["selftest", "--only", "no-such-change"], "no-such-change"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_named_and_exits_with_2(
    arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = int(ended.code or 0)

    assert status == 2
    assert named in capsys.readouterr().err


def test_the_committed_cases_pass_the_lint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint"]) == 0

    assert capsys.readouterr().out == f"{len(load_cases())} cases, 0 complaints\n"


def test_what_a_changed_pack_may_make_wrong_is_listed_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["confirm", "--list"]) == 0

    assert capsys.readouterr().out == ""
