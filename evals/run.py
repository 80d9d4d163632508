"""Asks the cases: every campaign's pack is ingested into a folder of its own and asked through the one door."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from assistant.answering import Assistant
from assistant.domain import Answer, Question
from assistant.settings import load_settings
from assistant.wiring import build_assistant, open_embeddings, open_served_pack
from evals.cases import Case, pack_folder
from evals.measures import MEASURES, Score
from knowledge.ingesting import ingest

Progress = Callable[[int, int], object]

_COUNTED = ("right_outcome", "facts", "forbidden")


@dataclass(frozen=True, slots=True)
class Result:
    """A case, the answer it got, and the scores of that."""

    case: Case
    answer: Answer
    scores: tuple[Score, ...]

    @property
    def right(self) -> bool:
        """Whether nothing that a person would call wrong was said or left out."""
        return all(score.value in (None, 1.0) for score in self.scores if score.measure in _COUNTED)


def run(cases: Sequence[Case], folder: Path, progress: Progress) -> list[Result]:
    """The results in the order of the cases, campaign by campaign. `folder` takes the indexes."""
    results: list[Result] = []
    for campaign, group in groupby(sorted(cases, key=lambda case: case.campaign), key=lambda case: case.campaign):
        settings = load_settings(pack_dir=pack_folder(campaign), data_dir=folder)
        ingest(settings.pack_dir, settings.data_dir, open_embeddings(settings), chroma_url=settings.chroma_url)
        served_pack = open_served_pack(settings)
        try:
            assistant = build_assistant(settings, served_pack)
            results += asyncio.run(_answers(assistant, list(group), len(cases), len(results), progress))
        finally:
            served_pack.stop()
    return results


async def _answers(
    assistant: Assistant, cases: Sequence[Case], total: int, before: int, progress: Progress
) -> list[Result]:
    results = []
    for number, case in enumerate(cases, start=before + 1):
        answer = await assistant.answer(Question(case.question, case.turns))
        results.append(Result(case, answer, tuple(measure(case, answer) for measure in MEASURES)))
        progress(number, total)
    return results
