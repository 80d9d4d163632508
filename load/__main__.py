"""python -m load [candidates] [streams] [soak], each bounded by the options that --help names."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from load.candidates import candidates
from load.soak import QUESTIONS, SWITCHES, soak
from load.streams import STREAMS, streams
from scripts.served import run

Scenario = Callable[[Path, Path, argparse.Namespace], Iterator[str]]

SCENARIOS: Mapping[str, Scenario] = {
    "candidates": lambda folder, data, given: candidates(folder, data, given.seconds, given.workers),
    "streams": lambda folder, data, given: streams(folder, data, given.seconds, given.streams),
    "soak": lambda folder, data, given: soak(folder, data, given.questions, given.switches),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all was measured, whether or not the targets are met; 2 for wrong usage."""
    given = _options(arguments)
    for name in given.names or SCENARIOS:
        print(f"## {name} ({os.cpu_count()} cores, load before it {os.getloadavg()[0]:.1f})", flush=True)
        with tempfile.TemporaryDirectory(prefix="load-") as made:
            folder = Path(made)
            done = run("ingest.py", DATA_DIR=folder / "data")
            if done.returncode:
                print(done.stderr, file=sys.stderr)
                return 1
            for line in SCENARIOS[name](folder, folder / "data", given):
                print(line, flush=True)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m load", description="Measure a server under load, within bounds.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=30, help="how long candidates ask, and streams stay open")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer the candidates")
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--switches", type=int, default=SWITCHES)
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in SCENARIOS]:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    return given


if __name__ == "__main__":
    sys.exit(main())
