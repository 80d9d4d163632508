"""All checks before a start, each of parts of its own: that one can't be made keeps no other from being looked at."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from assistant.checks import Check, Finding, look
from assistant.checks.looks import index_served, limits_shared, published_found
from assistant.checks.sets import of_database, of_machine, of_model, of_pack, of_packs, of_signposts
from assistant.clients import open_chat_model
from assistant.database import RecordsError, connect
from assistant.settings import Settings
from assistant.signposts import SignpostsError, load_signposts
from assistant.wiring import open_served_pack, open_shares
from knowledge.pack import campaign_id
from knowledge.shelf import Shelf, ShelfError


async def before_start(settings: Settings) -> AsyncIterator[tuple[str, Finding]]:
    """What each check finds, one after the other. Nothing is changed: no tables are made, no version is built."""
    for check in of_machine(settings):
        yield check.name, await look(check)
    for part in (_shelf, _pack, _records, _limits, _model, _signposts):
        with part(settings) as checks:
            for check in checks:
                finding = await look(check)
                yield check.name, finding
                if not finding.well:
                    break  # those after it rest on it


@contextmanager
def _shelf(settings: Settings) -> Iterator[Sequence[Check]]:
    if not settings.index_url:
        yield []
        return
    campaign = campaign_id(settings.pack_dir)
    try:
        shelf = Shelf(settings.index_url, campaign)
        database = connect(settings.database)
    except ShelfError as error:
        yield [_broken("published", error, "Do that, or set another INDEX_URL")]
        return
    except RecordsError as error:
        yield [_broken("published", error, "Set DATABASE_URL")]
        return
    try:
        yield [Check("published", partial(published_found, shelf, database, campaign))]
    finally:
        database.close()


@contextmanager
def _pack(settings: Settings) -> Iterator[Sequence[Check]]:
    served_pack = open_served_pack(settings)

    def version() -> str | None:
        if not served_pack.ready:
            return None
        with served_pack.lease() as opened:
            return opened.index.version

    try:
        if settings.index_url and not served_pack.ready:
            # "published" says whether there is one.
            yield [_known("index", Finding("the published version is fetched at the start"))]
            return
        yield (
            Check("index", partial(index_served, version, lambda: served_pack.problem)),
            of_pack(served_pack),
        )
    finally:
        served_pack.stop()


@contextmanager
def _records(settings: Settings) -> Iterator[Sequence[Check]]:
    try:
        database = connect(settings.database)
    except RecordsError as error:
        yield [_broken("writing", error, "Set DATABASE_URL")]
        return
    try:
        yield (*of_database(database), of_packs(database, settings))
    finally:
        database.close()


@contextmanager
def _limits(settings: Settings) -> Iterator[Sequence[Check]]:
    """Redis alone: in a database, tables would be made."""

    async def kept() -> Finding:
        shares = open_shares(settings)
        try:
            return await limits_shared(shares)
        finally:
            await shares.close()

    is_redis = settings.limits.startswith(("redis://", "rediss://", "unix://"))
    yield [Check("limits", kept)] if is_redis else []


@contextmanager
def _model(settings: Settings) -> Iterator[Sequence[Check]]:
    if not settings.uses_model:
        yield []
        return
    yield [of_model(open_chat_model(settings), max_tokens=settings.answer_tokens, left_alone=lambda: False)]


@contextmanager
def _signposts(settings: Settings) -> Iterator[Sequence[Check]]:
    try:
        yield [of_signposts(load_signposts(settings.pack_dir))]
    except SignpostsError as error:
        yield [_broken("signposts", error, "Mend the file")]


def _broken(name: str, error: Exception, remedy: str) -> Check:
    return _known(name, Finding(str(error), remedy))


def _known(name: str, finding: Finding) -> Check:
    async def known() -> Finding:
        return finding

    return Check(name, known)
