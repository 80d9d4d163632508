"""python -m evals judge RUN.jsonl [--model NAME]: what a model thinks of the answers of a run. Advisory."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from assistant.settings import SettingsError, load_settings
from evals.judges.judge import can_be_judged
from evals.runs import RunError, read_run

_INSTALL = 'judges need inspect-ai, which is not installed: .venv/bin/pip install "inspect-ai>=0.3.285"'


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the answers were judged, 1 when the judges could not be asked, 2 for wrong usage or without inspect-ai."""
    given = _options(arguments)
    try:
        from evals.judges.asking import JudgingError, judge
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "inspect_ai":
            raise
        print(_INSTALL, file=sys.stderr)
        return 2
    from evals.judges.summary import summary

    try:
        _, asked = read_run(given.run)
        model = given.model or f"openai/{load_settings().chat_model}"
    except (RunError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    answered = [one for one in asked if can_be_judged(one)]
    print(f"{len(answered)} of {len(asked)} answers say something to judge; {model} judges them", file=sys.stderr)
    if not answered:
        return 0
    with ExitStack() as stack:
        logs = given.logs or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="judges-")))
        try:
            judged = judge(answered, model, logs, display="rich" if Console(stderr=True).is_terminal else "none")
        except JudgingError as error:
            print(error, file=sys.stderr)
            return 1
    print(summary(judged, asked))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals judge", description="What a model thinks of the answers.")
    parser.add_argument("run", type=Path, metavar="RUN", help="a file that python -m evals wrote")
    parser.add_argument("--model", metavar="NAME", help="as inspect-ai names it (default: openai/ and CHAT_MODEL)")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="keep there what inspect-ai logs, for inspect view")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
