"""What is told of a run: on the terminal, in files, and by the gate."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.domain import Result, Run, Scored
from evals.gating.baseline import BASELINE, BaselineError, read_baseline
from evals.gating.gates import GateError, read_gates
from evals.gating.verdict import Verdict, gate
from evals.reporting import Report, html, junit, markdown, report_on, terminal, wrong
from evals.scoring import scored

REPORTS = {"report.html": html, "summary.md": markdown, "junit.xml": junit}


def add_reporting(parser: argparse.ArgumentParser) -> None:
    """The arguments that `tell` reads."""
    parser.add_argument("--wrong", action="store_true", help="also list every case that went wrong")
    parser.add_argument("--report", type=Path, metavar="DIR", help=f"write {', '.join(REPORTS)} there")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a gate of gates.toml stops the run")


def tell(given: argparse.Namespace, run: Run, results: Sequence[Result], *, part: bool) -> int:
    """Prints, writes and decides as the arguments say: 0, 1 when the gate stops the run, 2 in mode model."""
    if given.gate and run.mode != "quoting":
        print(f"the gate holds runs in quoting mode: one in {run.mode} mode is advisory", file=sys.stderr)
        return 2
    try:
        verdict = _verdict(run, results, part=part) if given.gate else None
    except GateError as error:
        print(f"gate: {error}", file=sys.stderr)
        return 1
    report = report_on(run, results, verdict=verdict, baseline=_comparable(run))
    if given.wrong:
        print(f"{wrong(results)}\n")
    print(terminal(report))
    if given.report:
        _write(given.report, report)
    return 0 if verdict is None or verdict.passed else 1


def _verdict(run: Run, results: Sequence[Result], *, part: bool) -> Verdict:
    rows = [scored(result) for result in results]
    return gate(run, rows, read_baseline(BASELINE), read_gates(), part=part)


def _comparable(run: Run) -> Sequence[Scored] | None:
    """What the report is held beside; None where there is no baseline of these packs and this mode: it does without."""
    try:
        baseline = read_baseline(BASELINE)
    except BaselineError:
        return None
    same = all(baseline.run.packs.get(campaign) == pack for campaign, pack in run.packs.items())
    return baseline.rows if same and baseline.run.mode == run.mode else None


def _write(folder: Path, report: Report) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, written in REPORTS.items():
        (folder / name).write_text(written(report), encoding="utf-8")
