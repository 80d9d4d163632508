"""The one place where real things are made and put together."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from assistant import __version__
from assistant.answering import Assistant, Making
from assistant.budget import Allowance, Budget
from assistant.checks.sets import while_serving
from assistant.clients import open_chat_model, open_embeddings, open_writers
from assistant.composing.breaker import CircuitBreaker
from assistant.composing.quoting import QuotingComposer
from assistant.conversation import RuleRestater
from assistant.database import Database, RecordsError, may_hold_anything, open_database
from assistant.domain import Question
from assistant.fact_sheet import FactSheet, FactSheetError, draw_up_for, overruled_by
from assistant.guard import Guard
from assistant.kept_sheets import clear_sheets, load_sheet, save_sheet
from assistant.limits import Shares
from assistant.limits.failing_open import FailingOpen
from assistant.limits.memory import MemoryShares
from assistant.prompts import prompts_version
from assistant.publishing import Follower, publish
from assistant.records import Records
from assistant.secretariat.addenda import Addenda
from assistant.secretariat.approvals import Approvals
from assistant.secretariat.approved_answers import ApprovedAnswers
from assistant.secretariat.audit import Audit, Change
from assistant.secretariat.gaps import Gaps
from assistant.secretariat.pack_folders import PackFolders
from assistant.secretariat.pack_making import Workshop
from assistant.secretariat.packs import Packs
from assistant.secretariat.stores import open_secretariat
from assistant.secretariat.switches import SwitchedAssistant, Switches
from assistant.served_pack import ServedPack, sheet_fingerprint
from assistant.settings import MEMORY, ROOT, Settings
from assistant.signposts import SignpostsError, load_signposts
from assistant.web.service import NotReady, PackVersion, Service
from knowledge.domain import Campaign, Evidence, Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.pack import PackError, campaign_id
from knowledge.shelf import Shelf, ShelfError
from knowledge.store import DocumentInfo, PassageStore, Report, StoreError, campaign_folder, silent
from knowledge.tokens import TokensError


class WiringError(Exception):
    """The assistant can't be put together; the message names what is wrong and the remedy."""


def build_assistant(
    settings: Settings,
    served_pack: ServedPack,
    *,
    breaker: CircuitBreaker | None = None,
    budget: Budget | None = None,
) -> Assistant:
    """The assistant over a served pack. WiringError when the signposts or the files that a model needs can't be used.

    `breaker` is asked before each call of the model; else it has one of its own. `budget` bounds those calls.
    """
    try:
        signposts = load_signposts(pack_folders(settings).in_force().folder)
        composer, restater = open_writers(settings, breaker or CircuitBreaker(), budget)
    except (SignpostsError, PackError, TokensError) as error:
        raise WiringError(str(error)) from error
    return Assistant(
        served_pack=served_pack,
        guard=Guard(signposts, published=partial(_published, served_pack)),
        restater=restater,
        composer=composer,
        making=Making(
            prompt=prompts_version() if settings.uses_model else "",
            model=settings.chat_model if settings.uses_model else "",
            code=__version__,
        ),
    )


def _published(served_pack: ServedPack) -> str:
    """The contact that the campaign gives: whoever asks about it gives away nobody's details."""
    if not served_pack.ready:
        return ""
    with served_pack.lease() as opened:
        contact = opened.index.campaign.contact
    return f"{contact.name}\n{contact.email}\n{contact.url}"


def open_served_pack(settings: Settings, *, serving: bool = False) -> ServedPack:
    """The campaign's index, followed from now on. Stop it when done.

    `serving`: it is read before anybody asks, and readings are remembered. Who measures wants each question looked up.
    """
    _quiet_tracing()
    embeddings = open_embeddings(settings)
    store = _store(settings, embeddings.name)
    served_pack = ServedPack(store, embeddings, read_ahead=serving, sheets=_sheets(store), remembering=serving)
    served_pack.start()
    return served_pack


def keep_fact_sheet(settings: Settings, version: str, report: Report = silent) -> FactSheet:
    """The fact sheet of the version that was built last: drawn up and kept, unless that was done.

    FactSheetError when it can't be kept or campaign.toml overrules what there is not, StoreError when none is served.
    """
    store, made_from = _store(settings), sheet_fingerprint()
    with suppress(FactSheetError):
        # A damaged one is drawn up anew.
        if sheet := load_sheet(_sheets(store), version, made_from):
            return sheet
    served_pack = open_served_pack(settings)
    try:
        with served_pack.lease() as opened:
            if opened.index.version != version:
                raise FactSheetError(served_pack.problem or f"{version} is no longer the one being served.")
            sheet = draw_up_for(opened, overruled_by(opened.index.campaign.fact_sheet), report)
    finally:
        served_pack.stop()
    save_sheet(sheet, _sheets(store), version, made_from)
    clear_sheets(_sheets(store), store.versions())
    return sheet


def back_to_pack_dir(settings: Settings) -> None:
    """From now on the files of PACK_DIR are the pack, whatever the console published. RecordsError as it is noted."""
    folders = pack_folders(settings)
    before = folders.in_force().number
    if not before:
        return
    folders.back_to_pack_dir()
    database = open_database(settings.database)
    change = Change(None, "went_back", "pack", folders.campaign[:64], {"number": before}, {"number": 0})
    try:
        asyncio.run(Audit(database).note(change, at=datetime.now(UTC)))
    finally:
        database.close()


def withdraw_stale_answers(settings: Settings, passages: Sequence[Passage]) -> int:
    """Take the approved answers out of use that a new version's passages no longer bear out; how many.

    RecordsError when that can't be found out. Each question looks again at what it is given, whatever happens here.
    """
    if not may_hold_anything(settings.database):
        return 0
    database = open_database(settings.database)
    try:
        at, campaign = datetime.now(UTC), pack_folders(settings).campaign
        return len(asyncio.run(Approvals(database).withdraw_stale(campaign, passages, at=at)))
    finally:
        database.close()


def publish_version(settings: Settings, version: str) -> None:
    """Let every machine that follows INDEX_URL serve a version built here. ShelfError or RecordsError if not."""
    store = _store(settings)
    campaign = campaign_id(settings.pack_dir)
    shelf = Shelf(settings.index_url, campaign)
    sheet = _sheets(store) / f"{version}.json"
    database = open_database(settings.database)
    try:
        publish(store.folder / version, sheet, campaign=campaign, shelf=shelf, database=database, at=datetime.now(UTC))
    finally:
        database.close()


def build_service(settings: Settings) -> Service:
    """All that the web service stands on. WiringError when a part can't be made."""
    database, shares, follower = _shared(settings)
    served_pack = open_served_pack(settings, serving=True)
    breaker, budget = CircuitBreaker(), _budget(settings, database)
    try:
        assistant = build_assistant(settings, served_pack, breaker=breaker, budget=budget)
    except WiringError:
        _stop(served_pack, follower)
        database.close()
        raise
    secretariat = open_secretariat(database, by_links=not settings.uses_oidc)
    packs, gaps = Packs(database, _workshop(settings)), Gaps(database, LocalEmbeddings())
    approved = ApprovedAnswers(secretariat.approvals, served_pack.same)

    def close() -> None:
        packs.close()
        gaps.close()
        _stop(served_pack, follower)

    return Service(
        settings=settings,
        assistant=_switched(replace(assistant, approved=approved), secretariat.switches, served_pack),
        screen=assistant.guard.screen,
        records=Records(database),
        secretariat=secretariat,
        packs=packs,
        addenda=Addenda(database, packs.campaign),
        gaps=gaps,
        pack=lambda: _served(served_pack),
        older=lambda pack_version: _kept(settings, pack_version),
        search=partial(_search, served_pack),
        links=assistant.guard.signposts.links,
        approved=lambda: approved.published(_served(served_pack)),
        problem=lambda: (follower.problem if follower else "") or served_pack.problem or None,
        close=close,
        shares=shares,
        checks=while_serving(
            settings,
            served_pack,
            database,
            assistant.guard.signposts,
            model=open_chat_model(settings) if settings.uses_model else None,
            left_alone=lambda: breaker.is_open,
            budget=budget,
        ),
        model_left_alone=lambda: breaker.is_open,
        queues=secretariat.queues.counts,
    )


def _shared(settings: Settings) -> tuple[Database, Shares, Follower | None]:
    """What this process shares with others: records, limits, and the index that is published, if one is followed."""
    try:
        database = open_database(settings.database)
        shares = open_shares(settings)
        follower = _follower(settings, database) if settings.index_url else None
    except (RecordsError, ShelfError) as error:
        raise WiringError(str(error)) from error
    if follower:
        follower.start()
    return database, shares, follower


def _stop(served_pack: ServedPack, follower: Follower | None) -> None:
    served_pack.stop()
    if follower:
        follower.stop()


def _switched(assistant: Assistant, switches: Switches, served_pack: ServedPack) -> SwitchedAssistant:
    return SwitchedAssistant(
        writing=assistant,
        quoting=_quoting(assistant),
        switches=switches,
        screen=assistant.guard.screen,
        campaign=lambda: _served(served_pack).campaign,
    )


def _search(served_pack: ServedPack, words: str) -> Sequence[Evidence]:
    with served_pack.lease() as opened:
        return opened.search(Question(words))


def pack_folders(settings: Settings) -> PackFolders:
    """Where the packs of the campaign lie; it knows which one is in force."""
    return PackFolders(settings.pack_dir, settings.data_dir)


def _workshop(settings: Settings) -> Workshop:
    folders = pack_folders(settings)
    return Workshop(
        folders=folders,
        data_dir=settings.data_dir,
        embeddings=open_embeddings(settings),
        cases=ROOT / "evals" / "cases" / folders.campaign,
        draw_up=lambda version: keep_fact_sheet(settings, version),
        share=lambda version: publish_version(settings, version) if settings.index_url else None,
        chroma_url=settings.chroma_url,
    )


def _quoting(assistant: Assistant) -> Assistant:
    """The same assistant without its language model."""
    making = replace(assistant.making, prompt="", model="")
    return replace(assistant, composer=QuotingComposer(), restater=RuleRestater(), making=making)


def open_shares(settings: Settings) -> Shares:
    """What limits are counted in; it never raises. RecordsError when that is a database which can't be opened."""
    if settings.limits == MEMORY:
        return MemoryShares()
    if settings.limits.startswith(("sqlite:", "postgresql")):
        from assistant.limits.in_database import DatabaseShares

        return FailingOpen(DatabaseShares(open_database(settings.limits, passing=True)))
    from assistant.limits.in_redis import RedisShares

    return FailingOpen(RedisShares(settings.limits))


def _budget(settings: Settings, database: Database) -> Budget | None:
    allowance = Allowance(settings.model_tokens_a_day, settings.model_dollars_a_day)
    return None if allowance == Allowance() else Budget(database, allowance)


@dataclass(frozen=True, slots=True)
class _KeptVersion:
    """A version that is no longer served, for those who follow a link into it."""

    version: str
    pack_version: str
    campaign: Campaign
    documents: Sequence[DocumentInfo]
    passages: Sequence[Passage]


def _kept(settings: Settings, pack_version: str) -> PackVersion | None:
    store = _store(settings)
    for version in store.versions():
        with suppress(StoreError), store.open(version) as index:
            if index.pack_version == pack_version:
                return _KeptVersion(version, pack_version, index.campaign, index.documents, index.passages)
    return None


def _store(settings: Settings, embedder: str = "") -> PassageStore:
    folder = campaign_folder(settings.data_dir, campaign_id(settings.pack_dir))
    return PassageStore(folder, chroma_url=settings.chroma_url, embedder=embedder)


def _follower(settings: Settings, database: Database) -> Follower:
    store, campaign = _store(settings), campaign_id(settings.pack_dir)
    shelf = Shelf(settings.index_url, campaign)
    return Follower(store, shelf, database, campaign=campaign, sheets=_sheets(store))


def _sheets(store: PassageStore) -> Path:
    return store.folder / "fact-sheets"


def _served(served_pack: ServedPack) -> PackVersion:
    try:
        with served_pack.lease() as opened:
            return opened.index
    except StoreError as error:
        raise NotReady(str(error)) from error


def _quiet_tracing() -> None:
    """LangChain must not send what candidates ask to its makers' tracing service, whatever the machine has set."""
    for name in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
        os.environ.pop(name, None)
