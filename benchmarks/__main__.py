"""python -m benchmarks [NAME ...] [--evaldata DIR] [--quick | --full] [--rounds N]"""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks import answer, ingesting, scale, starting, tutorial
from benchmarks.figures import HEADER, Figure, Run

BENCHMARKS: Mapping[str, Callable[[Run], Iterator[Figure]]] = {
    "answer": answer.figures,
    "tutorial": tutorial.figures,
    "ingest": ingesting.figures,
    "start": starting.start,
    "memory": starting.memory,
    "threads": starting.threads,
    "scale": scale.figures,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all was measured, whether or not the targets are met; 2 for wrong usage."""
    given = _options(arguments)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in given.names or BENCHMARKS:
        load = os.getloadavg()[0]
        print(f"\n## {name} (load before it: {load:.1f})\n\n{HEADER}", flush=True)
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            run = Run(Path(folder), given.rounds or (2 if given.quick else 5), given.quick, given.full, given.evaldata)
            for figure in BENCHMARKS[name](run):
                print(figure.line(), flush=True)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed as ratios in one run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(BENCHMARKS)} (default: all)")
    parser.add_argument("--evaldata", type=Path, metavar="DIR", help="public texts and questions, in a folder of yours")
    parser.add_argument("--rounds", type=int, metavar="N", help="rounds of each figure (default: 5, or 2 when quick)")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small sizes and few rounds, a minute or so")
    size.add_argument("--full", action="store_true", help="also search among 100,000 passages, which takes minutes")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if given.evaldata and not given.evaldata.is_dir():
        parser.error(f"{given.evaldata} is no folder: name the one that holds the public texts, or leave it out")
    return given


if __name__ == "__main__":
    sys.exit(main())
