"""Asks the cases: every pack of every campaign is ingested and asked through the one door, `Assistant.answer`."""

import asyncio
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from assistant import __version__, answering, prompts
from assistant.answering import Assistant, Opened
from assistant.clients import open_embeddings
from assistant.domain import Answer, Question
from assistant.served_pack import ServedPack
from assistant.settings import LOCAL, Settings, load_settings
from assistant.wiring import build_assistant, open_served_pack
from evals.cases import pack_folder
from evals.domain import Asked, Case, Run, World
from evals.model.scripted import scripted_model
from evals.runs import write_run, writing
from evals.variations.leave_out import is_withheld
from evals.worlds import world_folder
from knowledge.domain import Evidence
from knowledge.fingerprint import fingerprint
from knowledge.ingesting import ingest
from knowledge.pack import load_pack

Progress = Callable[[int, int], object]
"""How many are done, of how many."""

QUOTING, MODEL = "quoting", "model"

_AT_ONCE = 4
"""Questions that wait on a model at a time. Without one they go one by one: more only blurs the timings of stages."""

_PACKAGES = ("chromadb", "onnxruntime", "numpy", "bm25s", "tokenizers", "sentencex")
_WORLDS = ((World.PACK, World.SCRIPTED), (World.CHANGED,), (World.PLANTED,))
"""What shares a served pack, in the order of asking. All worlds of a campaign are ingested into one data folder, one
after the other: so a version that is still served when its pack has changed is found out."""


class AskError(Exception):
    """The cases can't be asked like that; the message says why and what to do."""


def ask(
    cases: Sequence[Case],
    folder: Path,
    progress: Progress,
    *,
    mode: str = QUOTING,
    repeats: int = 1,
    path: Path | None = None,
) -> tuple[Run, list[Asked]]:
    """The answers in the order of the cases. `folder` takes copies of packs and their indexes, and is to be empty.

    In mode "model" all but the scripted cases go to the model of the settings; "quoting" needs no key and uses none,
    whatever is set. With `path` answers are also written there as they come. AskError for what can't be asked.
    """
    if repeats < 1 or (mode == QUOTING and repeats > 1):
        raise AskError(f"{repeats} repeats in mode {mode}: only a model says other things the next time, so ask once")
    began = time.monotonic()
    settings = _settings(mode, folder / "data")
    run = _run(settings, sorted({case.campaign for case in cases}), mode, repeats)
    asked: list[Asked] = []
    with writing(path, run, len(cases) * repeats) if path else nullcontext() as write:
        for one in _answers(cases, folder, settings, repeats):
            asked.append(one)
            if write:
                write(one)
            progress(len(asked), len(cases) * repeats)
    run = replace(run, seconds=round(time.monotonic() - began, 1))
    places = {case.id: place for place, case in enumerate(cases)}
    asked.sort(key=lambda one: (places[one.case.id], one.repeat))
    if path:
        write_run(path, run, asked)
    return run, asked


def _answers(cases: Sequence[Case], folder: Path, settings: Settings, repeats: int) -> Iterator[Asked]:
    """Campaign by campaign and world by world, as they come."""
    for campaign in sorted({case.campaign for case in cases}):
        for worlds in _WORLDS:
            group = [case for case in cases if case.campaign == campaign and case.world in worlds]
            if group:
                pack = world_folder(campaign, worlds[0], folder / "worlds")
                yield from _answers_of(group, settings.model_copy(update={"pack_dir": pack}), repeats)


def _answers_of(cases: Sequence[Case], settings: Settings, repeats: int) -> Iterator[Asked]:
    """Of cases that are asked of one pack."""
    ingest(settings.pack_dir, settings.data_dir, open_embeddings(settings))
    pack = load_pack(settings.pack_dir).version
    # Not as in serving: no reading is remembered, so that each timing is of work that was done.
    served_pack = open_served_pack(settings)
    try:
        plain = [case for case in cases if case.world is not World.SCRIPTED]
        yield from _asked(plain, settings, served_pack, repeats, pack)
        if scripted := [case for case in cases if case.world is World.SCRIPTED]:
            with scripted_model() as url:
                told = settings.model_copy(update={"openai_base_url": url, "openai_api_key": None})
                yield from _asked(scripted, told, served_pack, repeats, pack)
    finally:
        served_pack.stop()


def _asked(
    cases: Sequence[Case], settings: Settings, served_pack: ServedPack, repeats: int, pack: str
) -> Iterator[Asked]:
    """A few at a time: what comes from the assistant is asynchronous, what goes out of here is not."""
    assistant = build_assistant(settings, served_pack)
    at_once = _AT_ONCE if settings.uses_model else 1
    waiting = [(case, repeat) for case in cases for repeat in range(repeats)]
    with asyncio.Runner() as runner:
        for start in range(0, len(waiting), at_once):
            few = waiting[start : start + at_once]
            for (case, repeat), answer in zip(few, runner.run(_together(assistant, few)), strict=True):
                yield Asked(case, answer, repeat, pack)


async def _together(assistant: Assistant, few: Sequence[tuple[Case, int]]) -> list[Answer]:
    questions = [(_for(case, assistant), Question(case.question, case.turns)) for case, _ in few]
    return await asyncio.gather(*(asked.answer(question) for asked, question in questions))


def _for(case: Case, assistant: Assistant) -> Assistant:
    """The assistant, which does not find the passages that the case withholds."""
    if not (case.made and case.made.withheld):
        return assistant
    return replace(assistant, served_pack=_Withholding(assistant.served_pack, case))


@dataclass(frozen=True, slots=True)
class _Withholding:
    served_pack: answering.ServedPack
    case: Case

    @contextmanager
    def lease(self) -> Iterator[Opened]:
        with self.served_pack.lease() as opened:

            def search(question: Question) -> Sequence[Evidence]:
                return [one for one in opened.search(question) if not is_withheld(self.case, one.passage.text)]

            yield replace(opened, search=search)


def _settings(mode: str, data_dir: Path) -> Settings:
    """What is set on the machine decides in mode "model" only. A run leaves nothing on a Chroma server."""
    if mode == QUOTING:
        plain = load_settings(data_dir=data_dir, chroma_url="", openai_base_url="", embedding_model=LOCAL)
        return plain.model_copy(update={"openai_api_key": None})
    if mode != MODEL:
        raise AskError(f'there is no mode "{mode}": take "{QUOTING}" or "{MODEL}"')
    settings = load_settings(data_dir=data_dir, chroma_url="")
    if not settings.uses_model:
        raise AskError("mode model needs a model: set OPENAI_API_KEY, or OPENAI_BASE_URL to a server of your own")
    return settings


def _run(settings: Settings, campaigns: Sequence[str], mode: str, repeats: int) -> Run:
    packages = {name: version(name) for name in _PACKAGES}
    return Run(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        mode=mode,
        repeats=repeats,
        packs={campaign: fingerprint(pack_folder(campaign)) for campaign in campaigns},
        prompts={
            file.name: sha256(file.read_bytes()).hexdigest()[:12]
            for file in sorted(files(prompts).iterdir(), key=lambda file: file.name)
            if file.name.endswith(".txt")
        },
        versions={"code": __version__, "python": platform.python_version(), **packages}
        | {"embedding": open_embeddings(settings).name},
        settings=_told(settings, mode),
    )


def _told(settings: Settings, mode: str) -> dict[str, str]:
    """What differs between machines and may move a figure. Of an address only its host: the rest may hold a secret."""
    machine = {"machine": platform.machine(), "cores": str(os.cpu_count()), "embedding_model": settings.embedding_model}
    if mode == QUOTING:
        return machine
    return machine | {
        "chat_model": settings.chat_model,
        "server": urlsplit(settings.openai_base_url).hostname or "api.openai.com",
        "first_token_seconds": str(settings.first_token_seconds),
        "answer_seconds": str(settings.answer_seconds),
        "answer_tokens": str(settings.answer_tokens),
    }
