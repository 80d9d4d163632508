"""Each benchmark runs at a small size and ends in figures. How fast anything is is not tested: machines differ."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.figures import Figure, Run, ratios, turns


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where several benchmarks find the index that the first of them made."""
    return tmp_path_factory.mktemp("benchmarks")


@pytest.mark.parametrize("name", ["answer", "tutorial", "start", "threads"])
def test_each_benchmark_gives_figures(name: str, folder: Path) -> None:
    figures = list(BENCHMARKS[name](Run(folder, rounds=1, quick=True)))

    assert any(figure.target for figure in figures) or name == "threads"
    assert all(figure.value > 0 or figure.at_most == 0 for figure in figures)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read as Linux counts it")
def test_memory_is_that_of_the_server_process(folder: Path) -> None:
    resident, highest = BENCHMARKS["memory"](Run(folder, rounds=1, quick=True))

    assert 50 < resident.value <= highest.value


def test_an_ingest_with_nothing_changed_embeds_nothing(tmp_path: Path) -> None:
    figures = {figure.what: figure for figure in BENCHMARKS["ingest"](Run(tmp_path, rounds=1, quick=True))}

    assert figures["40 passages: with nothing changed, texts embedded"].value == 0


def test_a_search_finds_what_exact_search_finds(tmp_path: Path) -> None:
    figures = [figure for figure in BENCHMARKS["scale"](Run(tmp_path, rounds=1, quick=True)) if figure.unit == "%"]

    assert len(figures) == 6
    # Of 40 questions two may miss one of five: graphs are built by chance. The benchmark asks 200 and wants 99%.
    assert min(figure.value for figure in figures) >= 95


@pytest.mark.parametrize(
    ("figure", "reached", "shown"),
    [
        (Figure("a", (1.0, 1.2, 9.0), "x", at_most=1.3), True, "| a | 1.2 x | 1 to 9 | at most 1.3 | yes |"),
        (Figure("b", (1.4,), "x", at_most=1.3), False, "| b | 1.4 x |  | at most 1.3 | **no** |"),
        (Figure("c", (98.0,), "%", at_least=99), False, "| c | 98 % |  | at least 99 | **no** |"),
        (Figure("d", (-0.1, 0.2, 0.5), "", above=0), False, "| d | 0.2  | -0.1 to 0.5 | above 0 | **no** |"),
        (Figure("e", (1234.0,), "ms"), True, "| e | 1,234 ms |  |  |  |"),
    ],
)
def test_the_median_is_held_against_the_target_and_an_interval_whole(figure: Figure, reached: bool, shown: str) -> None:
    assert (figure.reached, figure.line()) == (reached, shown)


def test_ways_take_turns_and_none_is_always_first() -> None:
    called: list[str] = []
    ways: dict[str, Callable[[], object]] = {name: lambda name=name: called.append(name) for name in "AB"}  # type: ignore[misc]

    took = turns(ways, rounds=2)

    assert called == ["A", "B", "B", "A"]
    assert len(ratios(took["A"], took["B"])) == 2


def test_a_wrong_name_is_told_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["speed"])

    assert ended.value.code == 2
    assert "there is no benchmark speed; there are answer, tutorial" in capsys.readouterr().err
