"""The baseline: kept so that git shows what moved, replaced only by a whole run, and by one that can be read again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.domain import Run, Scored
from evals.gating.baseline import Baseline, BaselineError, accept, read_baseline, write_baseline
from evals.gating.gates import GateError

RUN = Run(
    at="2026-11-23T09:00:00+00:00",
    mode="quoting",
    packs={"board": "f1"},
    prompts={"compose": "p1"},
    versions={"code": "0.1"},
    settings={"embedding_model": "local"},
    seconds=61.5,
)
A = Scored("a", "board", "list", "answered", True, {"facts": 1.0, "mrr": 0.3333}, judge=0.912, answerable=True)
B = Scored("b", "board", "crisis", "signposted", False, {"right_outcome": 0.0})

_ROWS = st.lists(
    st.builds(
        Scored,
        case=st.text(min_size=1),
        campaign=st.text(),
        kind=st.text(),
        outcome=st.sampled_from(["answered", "not_in_pack"]),
        right=st.booleans(),
        values=st.dictionaries(st.sampled_from(["facts", "mrr"]), st.integers(0, 10_000).map(lambda one: one / 10_000)),
        judge=st.none() | st.integers(0, 1000).map(lambda one: one / 1000),
        answerable=st.none() | st.booleans(),
    ),
    min_size=1,
    unique_by=lambda row: row.case,
)


@given(_ROWS)
def test_what_is_written_is_read_back_sorted(tmp_path_factory: pytest.TempPathFactory, rows: list[Scored]) -> None:
    path = tmp_path_factory.mktemp("baseline") / "baseline.json"

    write_baseline(path, RUN, rows)

    assert read_baseline(path) == Baseline(RUN, tuple(sorted(rows, key=lambda row: row.case)))


def test_each_case_is_a_line_so_that_git_shows_which_moved(tmp_path: Path) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    write_baseline(before, RUN, [A, B])
    write_baseline(after, RUN, [replace(B, right=True), A])

    old, new = before.read_text().splitlines(), after.read_text().splitlines()

    assert json.loads(after.read_text())["cases"][1]["right"] is True
    assert [line for line in new if line not in old] == [line for line in new if '"case": "b"' in line]


def test_decimals_that_differ_between_processors_are_not_kept(tmp_path: Path) -> None:
    write_baseline(tmp_path / "b.json", RUN, [replace(A, values={"mrr": 1 / 3}, judge=0.91237)])

    assert read_baseline(tmp_path / "b.json").rows == (replace(A, values={"mrr": 0.3333}, judge=0.912),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no baseline at"),
        ("", "can't be used as a baseline"),
        ('{"run": {"at": "now", "mode": "quoting"}}', "cases"),
        ('{"run": {"at": "now", "mode": "quoting"}, "cases": [{"case": "a"}]}', "campaign"),
        ('{"run": {"at": "now", "mode": "quoting"}, "cases": []}', "holds no case at all"),
        (
            '{"run": {"at": "now", "mode": "quoting"}, "cases": [{"case": "a", "campaign": "b", "kind": "k", '
            '"outcome": "answered", "right": true, "values": {"facts": NaN}}]}',
            "facts",
        ),
    ],
    ids=["no file", "empty", "no cases", "half a case", "none", "no number"],
)
def test_a_file_that_is_no_baseline_is_named_with_the_remedy(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "baseline.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(BaselineError, match=said) as caught:
        read_baseline(path)

    assert "baseline.json" in str(caught.value)
    assert "python -m evals accept" in str(caught.value)


def test_accepting_shows_what_moves_and_which_cases_are_another_now(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, RUN, [A, B, replace(A, case="old"), replace(A, case="moved")])
    now = [
        replace(A, right=False, values={"facts": 0.0, "mrr": 0.3333}),
        replace(B, right=True),
        replace(A, case="new"),
        replace(A, case="moved", kind="table"),
    ]

    said = accept(replace(RUN, at="2026-12-01", packs={"board": "f2"}), now, path)

    assert "A new baseline of 4 cases, in place of the one of 2026-11-23T09:00:00+00:00 with 4." in said
    assert "pack of board: f1 -> f2" in said
    assert "  facts, all: 1.000 -> 0.667 (-0.333)" in said
    assert "mrr, all" not in said
    assert "no longer right: 1 (a)" in said
    assert "right now: 1 (b)" in said
    assert "of another kind now: 1 (moved)" in said
    assert "new: 1 (new)" in said
    assert "gone: 1 (old)" in said
    assert {row.case for row in read_baseline(path).rows} == {"a", "b", "moved", "new"}


def test_accepting_the_same_again_says_that_nothing_moves(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    accept(RUN, [A, B], path)

    assert accept(RUN, [B, A], path).splitlines()[1:] == ["No figure moves."]


@pytest.mark.parametrize("text", [None, "{"], ids=["none yet", "one that can't be read"])
def test_a_first_baseline_needs_none_before_it_and_shows_its_figures(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "baseline.json"
    if text:
        path.write_text(text)

    said = accept(RUN, [A, B], path)

    assert said.startswith("A first baseline of 2 cases")
    assert "  facts, all: none -> 1.000" in said
    assert len(read_baseline(path).rows) == 2


@pytest.mark.parametrize(
    ("run", "rows", "part", "said"),
    [
        (RUN, [A], True, "only some of the cases were asked"),
        (replace(RUN, mode="model"), [A], False, "a run in model mode is advisory"),
        (RUN, [], False, "the run holds no case at all"),
        (RUN, [A, A], False, "more than once"),
        (RUN, [replace(A, judge=float("nan"))], False, "a judge of nan"),
    ],
    ids=["part", "model", "empty", "twice", "no number"],
)
def test_what_can_not_be_a_baseline_is_refused_and_the_old_one_stays(
    tmp_path: Path, run: Run, rows: list[Scored], part: bool, said: str
) -> None:
    path = tmp_path / "baseline.json"
    write_baseline(path, RUN, [A, B])
    old = path.read_text()

    with pytest.raises(GateError, match=said):
        accept(run, rows, path, part=part)

    assert path.read_text() == old
