"""Ask in the terminal: python -m assistant "How often does the Panel meet?" """

import argparse
import asyncio
import sys
from collections.abc import Sequence

from assistant.domain import Answer, Question
from assistant.replies import replies
from assistant.settings import SettingsError, load_settings
from assistant.wiring import WiringError, build_assistant, open_served_pack
from knowledge.domain import Passage


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when there is an answer of any kind, 1 when none can be given, 2 for wrong usage or settings."""
    given = _options(arguments)
    try:
        settings = load_settings(pack_dir=given.pack)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    served_pack = open_served_pack(settings)
    try:
        if not served_pack.ready:
            print(f"{served_pack.problem or 'There is no index.'} Run python ingest.py first.", file=sys.stderr)
            return 1
        answer = asyncio.run(build_assistant(settings, served_pack).answer(Question(given.question)))
    except WiringError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        served_pack.stop()
    print(_shown(answer))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m assistant", description="Answer one question from the pack.")
    parser.add_argument("question", help="what you would like to know, in quotes")
    parser.add_argument("--pack", metavar="PACK", help="the folder of the pack (default: PACK_DIR)")
    return parser.parse_args(arguments)


def _shown(answer: Answer) -> str:
    """The answer with numbered sentences and the sources below."""
    lines = [answer.lead_in] if answer.lead_in else []
    for sentence in answer.sentences:
        marks = "".join(f"[{number}]" for number in sentence.citations)
        lines.append(f"{sentence.text} {marks}")
    said = {answer.lead_in, *(sentence.text for sentence in answer.sentences)}
    lines += [line for line in answer.text.splitlines() if line not in said]
    if answer.citations:
        lines += ["", "Sources"]
        lines += [f"[{one.number}] {_place(one.passage)}: “{one.quote}”" for one in answer.citations]
    if answer.nearest:
        lines += ["", replies().missing.nearest]
        lines += [f"{_place(one.passage)}: “{one.quote}”" for one in answer.nearest]
    return "\n".join(lines)


def _place(passage: Passage) -> str:
    page = f", page {passage.page}" if passage.page else ""
    return " > ".join((passage.title, *passage.heading)) + page


if __name__ == "__main__":
    sys.exit(main())
