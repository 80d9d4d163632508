"""python -m evals [CASES ...]: ask the cases and say what was right."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.settings import SettingsError, load_settings
from assistant.wiring import WiringError
from evals.asking import MODEL, QUOTING, AskError, ask
from evals.cases import CaseError
from evals.commands.choosing import add_cases, chosen, is_part, progress
from evals.commands.reports import add_reporting, tell
from evals.domain import Asked, Case, Run
from evals.model.cassettes import CassetteError, recording, replaying
from evals.scoring import score
from knowledge.pack import PackError
from knowledge.store import StoreError

RUN = Path("data/evals/run.jsonl")
"""Where a run is kept when nothing else is said; `data` is not committed."""

_EPILOG = """other commands, each with a --help of its own:
  score RUN        score a run again without asking again
  accept [RUN]     make a run the baseline that others are held against
  lint             refuse cases that can't be used
  confirm [CASES]  say that cases still fit a pack that has changed
  selftest         switch off each safeguard in turn: the gate has to stop each
  public DIR       measure on public data
  judge RUN        let a language model judge answers (advisory; an optional extra)
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it ran (and no gate that was asked for stops it), 1 when not, 2 for wrong usage."""
    given = _options(arguments)
    try:
        cases = chosen(given, made=given.mode == QUOTING)
    except CaseError as error:
        print(error, file=sys.stderr)
        return 2
    if not cases:
        only = ", ".join(f"{key}={value}" for key, value in given.only)
        print(f"no case fits --only {only}: name a kind, campaign or id that there is", file=sys.stderr)
        return 2
    try:
        run, asked = _asked(given, cases)
    except AskError as error:
        print(error, file=sys.stderr)
        return 2
    except (CaseError, CassetteError, PackError, SettingsError, StoreError, WiringError) as error:
        print(error, file=sys.stderr)
        return 1
    return tell(given, run, score(asked), part=is_part(given))


def asked_afresh(cases: Sequence[Case], path: Path | None = None) -> tuple[Run, list[Asked]]:
    """The cases asked in quoting mode, with progress shown."""
    with tempfile.TemporaryDirectory(prefix="evals-") as folder:
        return ask(cases, Path(folder), progress(), path=path)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m evals",
        description="Ask the cases and say what was right.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_cases(parser)
    add_reporting(parser)
    parser.add_argument("--mode", choices=(QUOTING, MODEL), default=QUOTING, help="model: the model of the settings")
    parser.add_argument("--repeat", type=int, default=1, metavar="K", help="in mode model, ask each case K times")
    parser.add_argument("--out", type=Path, default=RUN, metavar="RUN", help=f"where the run is kept (default {RUN})")
    tape = parser.add_mutually_exclusive_group()
    tape.add_argument("--record", type=Path, metavar="CASSETTE", help="in mode model, also keep the model's replies")
    tape.add_argument("--replay", type=Path, metavar="CASSETTE", help="in mode model, take replies that were kept")
    given = parser.parse_args(arguments)
    if (given.record or given.replay) and given.mode != MODEL:
        parser.error("--record and --replay are for --mode model")
    if given.gate and given.mode == MODEL:
        parser.error("the gate holds runs in quoting mode: one in mode model is advisory")
    return given


def _asked(given: argparse.Namespace, cases: Sequence[Case]) -> tuple[Run, list[Asked]]:
    with tempfile.TemporaryDirectory(prefix="evals-") as folder, _model(given):
        return ask(cases, Path(folder), progress(), mode=given.mode, repeats=given.repeat, path=given.out)


@contextmanager
def _model(given: argparse.Namespace) -> Iterator[None]:
    """The model of the settings, behind a server that keeps its replies, or a server that gives kept ones."""
    if not (given.record or given.replay):
        yield
        return
    settings = load_settings()
    real = settings.openai_base_url or "https://api.openai.com/v1"
    with recording(real, given.record) if given.record else replaying(given.replay) as tape:
        before = os.environ.get("OPENAI_BASE_URL")
        os.environ["OPENAI_BASE_URL"] = tape.base_url
        try:
            yield
        finally:
            del os.environ["OPENAI_BASE_URL"]
            if before is not None:
                os.environ["OPENAI_BASE_URL"] = before
            print(tape.summary, file=sys.stderr)
