"""A whole quoted answer against its own passes through the embedding model, and nothing else."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any

import numpy as np
from tokenizers import Encoding

from assistant.answering import Assistant
from assistant.domain import Question
from assistant.served_pack import ServedPack
from assistant.settings import Settings
from assistant.wiring import build_assistant
from benchmarks.figures import Figure, Run, ratios, seconds
from benchmarks.texts import ingest, questions, settings_for
from knowledge.embedding import LocalEmbeddings
from knowledge.store import PassageStore, campaign_folder

_ASKERS = 8

Pass = tuple[list[str], Sequence[Encoding]]


class Watched(LocalEmbeddings):
    """Remembers what went through the model, already tokenised, so that it can go through it again alone."""

    def __init__(self) -> None:
        super().__init__()
        self.passes: list[Pass] = []

    def again(self, passes: Sequence[Pass]) -> None:
        for outputs, batch in passes:
            super()._run(outputs, batch)

    def _run(self, outputs: list[str], batch: Sequence[Encoding]) -> list[Any]:
        self.passes.append((outputs, batch))
        return super()._run(outputs, batch)


def figures(run: Run) -> Iterator[Figure]:
    """Cold: no passage was read before. Warm: all were, as they are once a server has been up for a moment."""
    settings = settings_for(run.folder)
    ingest(settings)
    yield from _case(run, settings, name="cold", remembered_bytes=0)
    yield from _case(run, settings, name="warm", remembered_bytes=128_000_000)


def _case(run: Run, settings: Settings, *, name: str, remembered_bytes: int) -> Iterator[Figure]:
    embeddings = Watched()
    store = PassageStore(campaign_folder(settings.data_dir, settings.pack_dir.name), embedder=embeddings.name)
    # Passages may be remembered here, readings of questions never: each answer is to be worked out.
    served_pack = ServedPack(store, embeddings, remembered_bytes=remembered_bytes)
    served_pack.start()
    try:
        with asyncio.Runner() as loop:
            bench = _Bench(loop, build_assistant(settings, served_pack), embeddings, cycle(questions()))
            bench.alone(1 if run.quick else 5)
            yield from _one_by_one(bench, run, name)
            yield from _together(bench, run, name)
    finally:
        served_pack.stop()


def _one_by_one(bench: "_Bench", run: Run, name: str) -> Iterator[Figure]:
    rounds = [bench.alone(4 if run.quick else 40) for _ in range(run.rounds)]
    whole = tuple(float(np.median([own for own, _, _ in asked])) * 1000 for asked in rounds)
    model = tuple(float(np.median([passes for _, passes, _ in asked])) * 1000 for asked in rounds)
    yield Figure(f"{name}: answer / its model passes", ratios(whole, model), "x", at_most=1.3)
    yield Figure(f"{name}: answer, p50", whole, "ms")
    yield Figure(f"{name}: its model passes, p50", model, "ms")
    for step in ("screen", "search", "judge", "compose"):
        times = [[steps[step] for _, _, steps in asked if step in steps] for asked in rounds]
        yield Figure(f"{name}: of the answer, {step}", tuple(float(np.median(each)) for each in times), "ms")


def _together(bench: "_Bench", run: Run, name: str) -> Iterator[Figure]:
    rounds = [bench.together(_ASKERS if run.quick else 40) for _ in range(run.rounds)]
    whole, model = tuple(own for own, _ in rounds), tuple(alone for _, alone in rounds)
    yield Figure(f"{name}: answers a second, {_ASKERS} askers", whole, "")
    yield Figure(f"{name}: model passes for as many, {_ASKERS} threads", model, "answers/s")


@dataclass(frozen=True, slots=True)
class _Bench:
    """What is asked, so many at a time. Questions come round so late that no text of theirs is remembered."""

    loop: asyncio.Runner
    assistant: Assistant
    embeddings: Watched
    questions: Iterator[str]

    def alone(self, count: int) -> list[tuple[float, float, Mapping[str, float]]]:
        """Seconds of each answer, seconds of its passes through the model, milliseconds of its steps."""
        found = []
        for text in islice(self.questions, count):
            self.embeddings.passes.clear()
            begun = time.perf_counter()
            answer = self.loop.run(self.assistant.answer(Question(text)))
            took = time.perf_counter() - begun
            passes = tuple(self.embeddings.passes)
            found.append((took, seconds(partial(self.embeddings.again, passes)), answer.timings_ms))
        return found

    def together(self, count: int) -> tuple[float, float]:
        """Answers a second with several askers at once, and what the model alone would allow."""
        asked = list(islice(self.questions, count))
        self.embeddings.passes.clear()
        took = seconds(lambda: self.loop.run(self._ask(iter(asked))))
        passes = tuple(self.embeddings.passes)
        with ThreadPoolExecutor(_ASKERS) as threads:
            alone = seconds(lambda: list(threads.map(lambda one: self.embeddings.again([one]), passes)))
        return count / took, count / alone

    async def _ask(self, texts: Iterator[str]) -> None:
        async def asker() -> None:
            for text in texts:
                await self.assistant.answer(Question(text))

        await asyncio.gather(*(asker() for _ in range(_ASKERS)))
