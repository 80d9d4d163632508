"""One function for each thing that is looked at. Each says what it found and, when that is bad, what to do."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from assistant.budget import Budget
from assistant.checks import Finding
from assistant.composing import ComposerError
from assistant.database import HEAD, Database, RecordsError
from assistant.limits import Share, Shares
from assistant.published_index import PublishedIndex
from assistant.records import Records
from assistant.secretariat.pack_changes import published_numbers
from assistant.secretariat.pack_folders import PackFolders
from assistant.settings import Settings
from assistant.signposts import Signposts
from knowledge.domain import Evidence, Passage
from knowledge.shelf import Shelf, ShelfError
from knowledge.store import StoreError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RESERVE_BYTES: Final = 200_000_000
"""Free space below which the next ingest, or a busy day, may not find room."""

SKEW_SECONDS: Final = 30.0
_CALL_SECONDS: Final = 10.0
_CANARY_LENGTH: Final = 200
_CANARY: Final = Share("check", every=0.001)

_SEE_LOG: Final = "Run `python ingest.py` and read what it says"
_QUOTED: Final = "Answers quote the pack meanwhile"


async def settings_agree(settings: Settings) -> Finding:
    """Wrong values stop a start; what can still happen is that the pack is taken away."""
    if not settings.pack_dir.is_dir():
        return Finding(f"{settings.pack_dir} is gone", "Put the pack back, or set PACK_DIR")
    writer = f"written by {settings.chat_model}" if settings.uses_model else "quoted from the pack"
    return Finding(f"answers are {writer}")


async def index_served(served: Callable[[], str | None], problem: Callable[[], str]) -> Finding:
    """`served` names the version, if there is one; `problem` is why the current one is not served, or only slowly."""
    version, wrong = served(), problem()
    if version is None:
        return Finding(f"nothing is served: {wrong or 'there is no index'}", _SEE_LOG, stops=True)
    return Finding(f"{version} is served, but: {wrong}", _SEE_LOG) if wrong else Finding(f"{version} is served")


async def published_found(shelf: Shelf, database: Database, campaign: str) -> Finding:
    """What was published last lies where all machines fetch it."""
    try:
        there = await database.revision()
        last = await PublishedIndex(database).last(campaign, limit=1) if there else ()
    except RecordsError as error:
        return Finding(str(error), "See that the database runs and that DATABASE_URL is right")
    if not last:
        remedy = "Run `python ingest.py` with this INDEX_URL and DATABASE_URL, on one machine"
        return Finding("nothing was published yet", remedy)
    [(published, _)] = last
    try:
        await asyncio.to_thread(shelf.look, published)
    except ShelfError as error:
        return Finding(str(error), "See that INDEX_URL is right and may be read, or run `python ingest.py` again")
    return Finding(f"{published.version} is published")


async def canary_found(
    passages: Callable[[], Sequence[Passage]], search: Callable[[str], Sequence[Evidence]]
) -> Finding:
    """Words of the pack find the passage that they stand in: of three passages, one at least."""

    def found() -> int:
        every = passages()
        tried = {passage.id: passage for passage in (every[0], every[len(every) // 2], every[-1])}
        return sum(
            passage.id in {evidence.passage.id for evidence in search(passage.text[:_CANARY_LENGTH])}
            for passage in tried.values()
        )

    try:
        count = await asyncio.to_thread(found)
    except StoreError as error:
        return Finding(f"nothing can be searched: {error}", "See the index")
    if not count:
        return Finding("a search for the pack's own words does not find them", _SEE_LOG)
    return Finding("a search for the pack's own words finds them")


async def limits_shared(shares: Shares) -> Finding:
    await shares.take(_CANARY)
    if problem := shares.problem:
        return Finding(
            problem, "See that LIMITS_URL is right and its server runs; each worker counts for itself meanwhile"
        )
    return Finding("limits are kept")


async def budget_left(budget: Budget) -> Finding:
    if budget.is_spent:
        remedy = f"Raise MODEL_TOKENS_A_DAY or MODEL_DOLLARS_A_DAY, or wait for midnight UTC. {_QUOTED}"
        return Finding("the model's budget of today is spent", remedy)
    return Finding("the model's budget of today is not spent")


async def records_read(records: Records) -> Finding:
    try:
        await records.check()
    except RecordsError as error:
        return Finding(str(error), "See that the database runs and that DATABASE_URL is right", stops=True)
    return Finding("the records can be read")


async def records_written(database: Database) -> Finding:
    try:
        await database.touch()
    except RecordsError as error:
        return Finding(
            str(error), "See that the database runs, that DATABASE_URL is right, and that it may be written to"
        )
    return Finding("the records can be written")


async def migrations_current(database: Database) -> Finding:
    try:
        revision = await database.revision()
    except RecordsError as error:
        return Finding(str(error), "See that the database runs and that DATABASE_URL is right")
    if revision is None:
        return Finding("there are no tables yet; the first start makes them")
    if revision < HEAD:
        return Finding(f"the tables are at {revision}, not {HEAD}", "Back up, then start: that brings them up to date")
    if revision > HEAD:
        return Finding(f"the tables are at {revision}, newer than {HEAD}", "Run the newer version of this program")
    return Finding(f"the tables are at {revision}")


async def packs_here(database: Database, folders: PackFolders) -> Finding:
    """What the console published last is on this machine, wherever it was made."""
    try:
        there = await database.revision()
        numbers = (
            await database.run(partial(published_numbers, campaign=folders.campaign), reading=True) if there else []
        )
    except RecordsError as error:
        return Finding(str(error), "See that the database runs and that DATABASE_URL is right")
    if numbers and not folders.folder(numbers[0]).is_dir():
        remedy = "Give all machines one volume for DATA_DIR/packs, or restore it together with the database"
        return Finding(f"change {numbers[0]} of the pack, which the console published, is not on this machine", remedy)
    return Finding("the console's packs are here" if numbers else "the console has published no pack")


async def clock_right(database: Database, now: Callable[[], datetime], *, released: date) -> Finding:
    """Against the database's clock, and against the day on which this program was released."""
    at = now()
    if at.date() < released:
        return Finding(f"the clock says {at:%Y-%m-%d}, before this program was made", "Set the clock of this machine")
    try:
        skew = abs((await database.clock() - at).total_seconds())
    except RecordsError as error:
        return Finding(f"the database's clock can't be read: {error}", "See that the database runs")
    if skew > SKEW_SECONDS:
        return Finding(f"this machine and the database are {skew:.0f} s apart", "Let both follow a time server")
    return Finding(f"the clock says {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


async def disk_free(folders: Sequence[Path]) -> Finding:
    """The least space of these folders, or of what they will be made in."""
    standing = [next(place for place in (folder, *folder.parents) if place.is_dir()) for folder in folders]
    free, where = min((shutil.disk_usage(folder).free, folder) for folder in standing)
    if free < RESERVE_BYTES:
        said = f"{free / 1e6:.0f} MB are free in {where}, less than {RESERVE_BYTES / 1e6:.0f}"
        return Finding(said, "Make room, or answers will not be kept")
    return Finding(f"{free / 1e9:.1f} GB are free")


async def signposts_reviewed(signposts: Signposts, today: Callable[[], date]) -> Finding:
    if overdue := signposts.overdue(today()):
        names = ", ".join(reply.value for reply in overdue)
        return Finding(
            f"the review date has passed for {names}",
            "Read them again, then set `review` in the campaign's signposts.toml (or assistant/signposts.toml)",
        )
    return Finding("no review date has passed")


async def model_answers(model: "BaseChatModel", *, max_tokens: int, left_alone: Callable[[], bool]) -> Finding:
    """One short call, unless it is known already that calls fail."""
    from assistant.composing.calling import Limits, stream_reply

    if left_alone():
        return Finding("the model failed too often and is left alone for a while", f"See its server. {_QUOTED}")
    limits = Limits(_CALL_SECONDS, _CALL_SECONDS, max_tokens)
    asked = [("human", "Reply with the one word: ready")]
    try:
        async with aclosing(stream_reply(model.bind(max_tokens=max_tokens), asked, limits)) as pieces:
            async for _ in pieces:
                pass
    except ComposerError as error:
        return Finding(str(error), f"Check OPENAI_API_KEY, OPENAI_BASE_URL and CHAT_MODEL. {_QUOTED}")
    return Finding("the model replies")
