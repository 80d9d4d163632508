"""python -m evals [CASES ...] [--report DIR] [--gate]: ask the cases and say what was right."""

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from assistant.settings import SettingsError
from assistant.wiring import WiringError
from evals.cases import Case, CaseError, load_cases
from evals.report import averages, summary, wrong
from evals.run import Result, run

_GATES = Path(__file__).with_name("gates.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it ran (and, with --gate, no figure is below its floor), 1 when not, 2 for wrong usage."""
    given = _options(arguments)
    try:
        cases = [case for case in load_cases(given.cases) if not given.only or case.kind in given.only]
    except CaseError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        results = _run(cases)
    except (CaseError, SettingsError, WiringError) as error:
        print(error, file=sys.stderr)
        return 1
    print(summary(results))
    if given.wrong:
        print("\n" + wrong(results))
    if given.report:
        _write(given.report, results)
    return _gate(results) if given.gate else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals", description="Ask the cases and say what was right.")
    parser.add_argument("cases", nargs="*", type=Path, metavar="CASES", help="files or folders (default: all)")
    parser.add_argument("--only", action="append", metavar="KIND", help="only cases of this kind; may be repeated")
    parser.add_argument("--wrong", action="store_true", help="also list every case that went wrong")
    parser.add_argument("--report", type=Path, metavar="DIR", help="write summary.txt and wrong.txt there")
    parser.add_argument(
        "--gate", action="store_true", help="exit with 1 when a figure is below its floor in gates.toml"
    )
    return parser.parse_args(arguments)


def _run(cases: Sequence[Case]) -> list[Result]:
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="evals-") as folder:
        if not console.is_terminal:
            return run(cases, Path(folder), lambda _done, _total: None)
        steps = iter(track(range(len(cases)), description="asking", console=console))
        return run(cases, Path(folder), lambda _done, _total: next(steps, None))


def _write(folder: Path, results: Sequence[Result]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.txt").write_text(summary(results) + "\n", encoding="utf-8")
    (folder / "wrong.txt").write_text(wrong(results) + "\n", encoding="utf-8")


def _gate(results: Sequence[Result]) -> int:
    floors: dict[str, float] = tomllib.loads(_GATES.read_text(encoding="utf-8"))["floors"]
    found = averages(results)
    below = {measure: floor for measure, floor in floors.items() if found.get(measure, 1.0) < floor}
    for measure, floor in below.items():
        print(f"below its floor: {measure} is {found[measure]:.3f}, at least {floor:.3f} is asked for")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
