"""Ask in the terminal: python -m assistant "How often does the Panel meet?", or see the fact sheet: --fact-sheet."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from assistant.domain import Answer, Question
from assistant.fact_sheet import Fact, FactSheet
from assistant.replies import replies
from assistant.served_pack import ServedPack
from assistant.settings import SettingsError, load_settings
from assistant.subjects import subjects
from assistant.wiring import WiringError, build_assistant, open_served_pack
from knowledge.domain import Passage


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when there is an answer of any kind or a fact sheet, 1 when there is none, 2 for wrong usage or settings."""
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
        if given.fact_sheet:
            return _print_fact_sheet(served_pack)
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
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("question", nargs="?", help="what you would like to know, in quotes")
    asked.add_argument(
        "--fact-sheet",
        action="store_true",
        help="say instead of each thing that candidates ask about whether the pack states it, and where: "
        "what ingest.py found out",
    )
    parser.add_argument("--pack", metavar="PACK", help="the folder of the pack (default: PACK_DIR)")
    return parser.parse_args(arguments)


def _print_fact_sheet(served_pack: ServedPack) -> int:
    with served_pack.lease() as opened:
        sheet = opened.sheet()
        if sheet is None:
            print("The index has no fact sheet. Run python ingest.py first.", file=sys.stderr)
            return 1
        print(_sheet_shown(sheet, opened.index.passages))
    return 0


def _sheet_shown(sheet: FactSheet, passages: Sequence[Passage]) -> str:
    """The summary, then a line a subject: what is stated with its place and words, then what is not."""
    known = {passage.id: passage for passage in passages}
    missing = {subject.name: subject.missing for subject in subjects()}
    stated = [_stated(fact, known.get(fact.passage)) for fact in sheet.facts if fact.stated]
    silent = [_silent(fact, missing[fact.subject]) for fact in sheet.facts if not fact.stated]
    return "\n".join([sheet.summary, "", *stated, "", *silent])


def _stated(fact: Fact, passage: Passage | None) -> str:
    where = f": {_place(passage)}: “{' '.join(fact.quote.split())}”" if passage else ""
    return f"stated  {fact.subject}{_said(fact)}{where}"


def _silent(fact: Fact, missing: str) -> str:
    return f"silent  {fact.subject}{_said(fact)}: it does not say {missing}"


def _said(fact: Fact) -> str:
    return " (says campaign.toml)" if fact.overruled else ""


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
