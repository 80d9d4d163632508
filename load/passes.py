"""The passes through the models that questions need, made again alone: no search, no words, no web, no records."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.cross_encoder import CrossEncoder
from assistant.domain import Question
from assistant.settings import Settings
from assistant.wiring import build_assistant, open_served_pack
from knowledge.embedding import LocalEmbeddings

_ROUNDS = 2


@dataclass(frozen=True)
class Alone:
    """Answers a second, and seconds of the processor for each, if nothing had to be done but these passes."""

    rate: float
    processor: float


def passes_alone(data: Path, texts: Sequence[str]) -> Alone:
    """On as many threads as there are cores, the best of the rounds; the passages were read before."""
    settings = Settings(_env_file=None, data_dir=data)  # type: ignore[call-arg]
    # Not as in serving: every question is to be looked up.
    pack = open_served_pack(settings)
    try:
        assistant = build_assistant(settings, pack)

        def ask() -> None:
            with asyncio.Runner() as loop:
                for text in texts:
                    loop.run(assistant.answer(Question(text)))

        ask()
        with _watched() as passes:
            ask()
        return max((_again(passes, len(texts)) for _ in range(_ROUNDS)), key=lambda alone: alone.rate)
    finally:
        pack.stop()


def _again(passes: Sequence[Callable[[], object]], answers: int) -> Alone:
    begun, spent = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        for _ in threads.map(lambda one: one(), passes):
            pass
    return Alone(answers / (time.perf_counter() - begun), (time.process_time() - spent) / answers)


@contextmanager
def _watched() -> Iterator[list[Callable[[], object]]]:
    """Every pass through a model while it is watched."""
    passes: list[Callable[[], object]] = []
    kept = {owner: vars(owner)["_run"] for owner in (LocalEmbeddings, CrossEncoder)}

    def watched(run: Callable[..., Any]) -> Callable[..., Any]:
        def noted(self: object, *given: object) -> Any:
            passes.append(partial(run, self, *given))
            return run(self, *given)

        return noted

    for owner, run in kept.items():
        owner._run = watched(run)  # type: ignore[method-assign]
    try:
        yield passes
    finally:
        for owner, run in kept.items():
            owner._run = run  # type: ignore[method-assign]
