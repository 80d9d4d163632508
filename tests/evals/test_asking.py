"""Asking: real packs through the one door, each case of the pack that it is meant for."""

from pathlib import Path

import pytest

from assistant.settings import load_settings
from evals.asking import AskError, ask
from evals.cases import load_cases, pack_folder
from evals.domain import Asked, Case, Run, World
from evals.model.scripted import FALSEHOODS, scripted_model
from evals.runs import read_run
from evals.variations import made_cases
from evals.variations.leave_out import is_withheld
from knowledge.pack import load_pack

CAMPAIGN = "child-safeguarding-panel"
COUNTED = "csp-answerable-003"
SILENT = "csp-not-in-pack-001"
ONCE = "csp-answerable-001"
"""Rests on one sentence, whose fact stands nowhere else."""


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Three cases that people wrote and all that the rules make of them, in no order of worlds."""
    written = [case for case in load_cases() if case.id in (COUNTED, SILENT, ONCE)]
    return [*reversed(made_cases(written)), *written]


Done = tuple[Run, dict[str, Asked], Path, list[tuple[int, int]]]


@pytest.fixture(scope="module")
def done(cases: list[Case], tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What became of them, on a machine that has a key and the address of a model that does not answer."""
    folder, progress = tmp_path_factory.mktemp("asking"), list[tuple[int, int]]()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OPENAI_API_KEY", "sk-not-for-anybody")
        environment.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        run, asked = ask(
            cases, folder, lambda done, of: progress.append((done, of)), path=folder / "runs" / "run.jsonl"
        )
    assert [one.case for one in asked] == cases
    return run, {one.case.id: one for one in asked}, folder / "runs" / "run.jsonl", progress


def test_every_rule_is_asked_about(cases: list[Case]) -> None:
    assert {case.world for case in cases} == set(World)
    assert "leave_out" in {case.kind for case in cases}


def test_what_was_asked_is_on_disk_and_progress_was_told(done: Done, cases: list[Case]) -> None:
    run, asked, path, progress = done

    assert read_run(path) == (run, list(asked.values()))
    assert progress == [(number, len(cases)) for number in range(1, len(cases) + 1)]


def test_no_key_is_used_without_a_model_and_none_is_written(done: Done) -> None:
    run, asked, path, _ = done

    assert "sk-not-for-anybody" not in path.read_text()
    assert run.settings["embedding_model"] == "local"
    modes = {one.answer.mode for one in asked.values() if one.case.world is not World.SCRIPTED}
    assert modes == {"quoting"}


def test_each_answer_is_made_from_the_pack_that_it_was_asked_of(done: Done) -> None:
    _, asked, _, _ = done

    packs = {world: {one.pack for one in asked.values() if one.case.world is world} for world in World}

    assert packs[World.PACK] == packs[World.SCRIPTED] == {load_pack(pack_folder(CAMPAIGN)).version}
    assert len(set().union(*packs.values())) == 3
    for one in asked.values():
        assert one.answer.versions is not None
        assert one.answer.versions.pack == one.pack, one.case.id


def test_what_a_case_withholds_is_not_found_for_it_and_is_for_others(done: Done) -> None:
    _, asked, _, _ = done
    left = asked[f"{ONCE}~leave_out"]

    assert left.answer.evidence
    assert not any(is_withheld(left.case, one.passage.text) for one in left.answer.evidence)
    assert any(is_withheld(left.case, one.passage.text) for one in asked[ONCE].answer.evidence)


def test_the_answer_follows_a_changed_fact(done: Done) -> None:
    _, asked, _, _ = done

    assert "appoint four Panel members" in asked[COUNTED].answer.text
    assert "appoint eleven Panel members" in asked[f"{COUNTED}~changed_fact"].answer.text


def test_scripted_cases_are_answered_by_the_scripted_model(done: Done) -> None:
    _, asked, _, _ = done

    scripted = [one.answer for one in asked.values() if one.case.world is World.SCRIPTED]

    assert scripted
    assert {answer.mode for answer in scripted} <= {"model", "fallback"}
    assert not any(
        words in sentence.text for answer in scripted for sentence in answer.sentences for words in FALSEHOODS
    )


def test_a_run_says_how_its_answers_were_made(done: Done) -> None:
    run, _, _, _ = done

    assert set(run.packs) == {CAMPAIGN}
    assert set(run.prompts) == {"compose.txt", "restate.txt"}
    assert {"code", "python", "chromadb", "onnxruntime", "numpy", "bm25s", "embedding"} <= set(run.versions)
    assert (run.mode, run.repeats, run.seconds > 0) == ("quoting", 1, True)


def test_with_a_model_cases_are_asked_of_it_as_often_as_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [case for case in load_cases() if case.id in (COUNTED, SILENT)]

    with scripted_model() as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("CHAT_MODEL", "a-model")
        run, asked = ask(written, tmp_path, lambda done, of: None, mode="model", repeats=2)

    assert [(one.case, one.repeat) for one in asked] == [(case, repeat) for case in written for repeat in (0, 1)]
    assert {one.answer.mode for one in asked} <= {"model", "fallback"}
    assert asked[0].answer.text == asked[1].answer.text
    assert (run.settings["chat_model"], run.settings["server"]) == ("a-model", "127.0.0.1")


@pytest.mark.parametrize(
    ("mode", "repeats", "said"),
    [
        ("quoting", 3, "3 repeats in mode quoting"),
        ("model", 0, "0 repeats in mode model"),
        ("model", 1, "set OPENAI_API_KEY, or OPENAI_BASE_URL"),
        ("guessing", 1, 'no mode "guessing"'),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_done(
    mode: str, repeats: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not load_settings().uses_model

    with pytest.raises(AskError, match=said):
        ask(load_cases()[:1], tmp_path / "folder", lambda done, of: None, mode=mode, repeats=repeats)

    assert list(tmp_path.iterdir()) == []
