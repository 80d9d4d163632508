"""A run on disk: what was written is read back, and what is no whole run is told as such."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import (
    Answer,
    Basis,
    Citation,
    Claim,
    Dropped,
    Nearest,
    Outcome,
    Rule,
    Sentence,
    Turn,
    Usage,
    Versions,
)
from evals.domain import Asked, Case, Made, Run, World
from evals.runs import RunError, read_run, write_run, writing
from knowledge.domain import BlockKind, Contact, Evidence, Passage

text = st.text(max_size=8)
texts = st.lists(text, max_size=2).map(tuple)
numbers = st.floats(allow_nan=False, allow_infinity=False)
figures = st.dictionaries(text, numbers, max_size=2)
passages = st.builds(
    Passage,
    id=text,
    document=text,
    title=text,
    heading=texts,
    text=text,
    kind=st.sampled_from(BlockKind),
    lead_in=text,
    label=text,
    page=st.none() | st.integers(1, 9),
    start=st.integers(0, 9),
    end=st.integers(0, 9),
    group=st.integers(0, 9),
    order=st.integers(0, 9),
    dated=st.none() | st.dates(),
    amends=st.none() | text,
)
cases = st.builds(
    Case,
    id=text,
    campaign=text,
    kind=text,
    question=text,
    turns=st.lists(st.builds(Turn, text, text), max_size=2).map(tuple),
    outcomes=st.frozensets(st.sampled_from(Outcome)),
    rests_on=texts,
    pages=st.lists(st.none() | st.integers(1, 9), max_size=2).map(tuple),
    says=st.lists(texts, max_size=2).map(tuple),
    never_says=texts,
    made=st.none() | st.builds(Made, text, text, st.sampled_from(World), texts),
)
answers = st.builds(
    Answer,
    outcome=st.sampled_from(Outcome),
    text=text,
    rule=st.none() | st.sampled_from(Rule),
    sentences=st.lists(st.builds(Sentence, text, st.just((1, 2))), max_size=2).map(tuple),
    citations=st.lists(st.builds(Citation, st.integers(1, 9), passages, text), max_size=2).map(tuple),
    missing=st.none() | text,
    nearest=st.lists(st.builds(Nearest, passages, text), max_size=1).map(tuple),
    contact=st.none() | st.builds(Contact, text, text, text),
    versions=st.none() | st.builds(Versions, text, text, text, text, text),
    timings_ms=figures,
    usage=st.builds(Usage, st.integers(0, 9), st.integers(0, 9), numbers),
    evidence=st.lists(st.builds(Evidence, passages, numbers, numbers, numbers), max_size=2).map(tuple),
    judged=figures,
    dropped=st.lists(st.builds(Dropped, st.builds(Claim, text, st.just((Basis(1, "q"),))), text), max_size=1).map(
        tuple
    ),
)
asked = st.builds(Asked, cases, answers, st.integers(0, 3), text)
named = st.dictionaries(text, text, max_size=2)
runs = st.builds(Run, text, text, st.integers(1, 3), named, named, named, named, numbers)

RUN = Run("2026-11-23", "quoting")
ASKED = Asked(
    Case("c1", "board", "answerable", "What is the fee?", (), frozenset({Outcome.ANSWERED}), date="2026-11-23"),
    Answer(Outcome.ANSWERED, "The fee is £310.\nA day.", timings_ms={"total": 1.5}),
)


@settings(max_examples=40)
@given(runs, st.lists(asked, max_size=3))
def test_what_was_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, run: Run, given: list[Asked]) -> None:
    path = tmp_path_factory.getbasetemp() / "law.jsonl"

    write_run(path, run, given)

    assert read_run(path) == (run, given)


def test_a_file_has_the_run_first_and_then_an_answer_a_line(tmp_path: Path) -> None:
    write_run(tmp_path / "run.jsonl", RUN, [ASKED, ASKED])

    lines = (tmp_path / "run.jsonl").read_text().splitlines()
    assert [line.startswith('{"format":"evals-run/1","answers":2,"run":{') for line in lines] == [True, False, False]
    assert ["The fee is £310.\\nA day." in line for line in lines] == [False, True, True]
    assert [path.name for path in tmp_path.iterdir()] == ["run.jsonl"]


def test_a_run_that_breaks_off_keeps_what_it_has_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with writing(path, RUN, 3) as write:
        write(ASKED)

    with pytest.raises(RunError, match=r"run\.jsonl, line 3: the run broke off after 1 of 3 answers"):
        read_run(path)
    assert read_run(path, broken_off=True) == (RUN, [ASKED])


@pytest.mark.parametrize("kept", [0.99, 0.6], ids=["the last answer", "the first answer"])
def test_a_file_cut_within_a_line_is_one_that_broke_off(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "run.jsonl"
    write_run(path, RUN, [ASKED, ASKED])
    path.write_bytes(path.read_bytes()[: int(kept * path.stat().st_size)])

    with pytest.raises(RunError, match="broke off after"):
        read_run(path)
    assert set(map(repr, read_run(path, broken_off=True)[1])) <= {repr(ASKED)}


@pytest.mark.parametrize(
    ("line", "other", "said"),
    [
        (1, "{}", r"line 1 is not of a run: format Field required"),
        (1, "<html>", r"line 1 is not of a run"),
        (
            1,
            '{"format": "evals-run/9", "answers": 2, "run": {"at": "", "mode": ""}}',
            r"line 1: its format is evals-run/9",
        ),
        (3, '{"case": 1}', r"line 3 is not of a run: case"),
        (1, '{"format": "evals-run/1", "answers": 1, "run": {"at": "", "mode": ""}}', r"line 3: there are more than 1"),
    ],
    ids=["no run", "no JSON", "another format", "no answer", "too many answers"],
)
def test_a_line_that_is_not_of_a_run_is_named(tmp_path: Path, line: int, other: str, said: str) -> None:
    path = tmp_path / "run.jsonl"
    write_run(path, RUN, [ASKED, ASKED])
    lines = path.read_text().splitlines(keepends=True)
    lines[line - 1] = f"{other}\n"
    path.write_text("".join(lines))

    with pytest.raises(RunError, match=rf"run\.jsonl, {said}"):
        read_run(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"none\.jsonl can't be read"):
        read_run(tmp_path / "none.jsonl")
