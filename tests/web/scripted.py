"""A small service to test the web with: real records, a pack of a few passages, an assistant that goes by the words."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from assistant.database import open_database
from assistant.domain import (
    Answer,
    Citation,
    Event,
    Nearest,
    Outcome,
    Question,
    Refusal,
    Rule,
    Said,
    Sentence,
    Stage,
    Usage,
    Versions,
)
from assistant.records import Records
from assistant.secretariat.addenda import Addenda
from assistant.secretariat.gaps import Gaps
from assistant.secretariat.pack_folders import PackFolders
from assistant.secretariat.pack_making import Workshop
from assistant.secretariat.packs import Packs
from assistant.secretariat.stores import open_secretariat
from assistant.settings import Settings
from assistant.signposts import Link
from assistant.web.service import ApprovedAnswer, Service
from knowledge.domain import BlockKind, Campaign, Contact, Evidence, Passage
from knowledge.embedding import LocalEmbeddings

CONTACT = Contact(name="The Secretariat", email="secretariat@example.org")
HELP = (Link(label="Call 999", url="tel:999"), Link(label="Report abuse", url="https://example.org/report"))


@dataclass(frozen=True)
class PackDocumentStub:
    id: str
    title: str
    file: str
    dated: date | None = None
    amends: str | None = None


@dataclass(frozen=True)
class PackStub:
    version: str
    pack_version: str
    campaign: Campaign
    documents: tuple[PackDocumentStub, ...]
    passages: tuple[Passage, ...]


def passage(number: int, text: str, **changes: object) -> Passage:
    plain = Passage(
        id=f"p{number:012x}",
        document="pack",
        title="Recruitment pack",
        heading=("The role",),
        text=text,
        kind=BlockKind.PARAGRAPH,
        lead_in="",
        label="",
        page=None,
        start=number * 1000,
        end=number * 1000 + len(text),
        group=0,
        order=number,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


PASSAGES = (
    passage(1, "The Board meets four times a year.\nMeetings last a day."),
    passage(2, "Members lead reviews.", kind=BlockKind.LIST_ITEM, group=1, heading=("The role", "Duties")),
    passage(3, "Members speak at <b>events</b>.", kind=BlockKind.LIST_ITEM, group=1, heading=("The role", "Duties")),
    passage(4, "Grade: Member; Fee: £301", kind=BlockKind.TABLE_ROW, group=2, heading=("Fees",)),
    passage(5, "Grade: Chair; Fee: £400", kind=BlockKind.TABLE_ROW, group=2, heading=("Fees",)),
    passage(6, "Location\nLeeds", kind=BlockKind.LABELLED, label="Location", heading=("Fees",)),
    passage(7, "1. A day is seven hours.", kind=BlockKind.FOOTNOTE, heading=("Fees",), page=4),
)

PACK = PackStub(
    version="v-0123456789abcdef",
    pack_version="a1b2c3d4",
    campaign=Campaign(
        id="board",
        name="Members of the Board",
        body="The Board",
        page="https://example.org/campaign",
        contact=CONTACT,
        starters=("How often does the Board meet?",),
    ),
    documents=(PackDocumentStub("pack", "Recruitment pack", "pack.md"),),
    passages=PASSAGES,
)
OLDER = replace(PACK, version="v-older", pack_version="0ldpack1", passages=PASSAGES[:1])


@dataclass
class ScriptedAssistant:
    """Answers by words in the question; keeps what it was asked. `go_on` holds back the rest of a slow answer."""

    asked: list[Question] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        self.asked.append(question)
        if refusal := _refusal(question.text):
            yield refusal
            return
        yield Stage("search")
        if "break" in question.text:
            raise ValueError(f"no reading of {question.text}")
        if "pay" in question.text:
            yield _silent()
            return
        yield Stage("compose")
        first, second = _sentences()
        yield first
        if "slow" in question.text:
            while not self.go_on.is_set():  # noqa: ASYNC110 - it is set from another thread
                await asyncio.sleep(0.01)
        yield second
        yield _answered(first, second)


def _refusal(text: str) -> Answer | None:
    if "bruises" in text:
        return Answer(Outcome.SIGNPOSTED, "If a child is in danger, call 999.\n- Or the council.", Rule.CHILD_AT_RISK)
    if "@" in text:
        return Answer(Outcome.DECLINED, "Please take out personal details. Nothing was kept.", Rule.PERSONAL_DATA)
    if "chances" in text:
        return Answer(Outcome.DECLINED, "I cannot say how you would do.", Rule.OWN_CHANCES)
    return None


def _screen(question: Question) -> Refusal | None:
    refused = _refusal(question.text)
    return Refusal(refused.outcome, refused.rule, refused.text) if refused else None


def _sentences() -> tuple[Said, Said]:
    first = Citation(1, PASSAGES[0], "The Board meets four times a year.")
    second = Citation(2, PASSAGES[1], "Members lead reviews.")
    return (
        Said(Sentence("The Board meets four times a year.", (1,)), (first,)),
        Said(Sentence("Members lead reviews.", (1, 2)), (second,)),
    )


def _answered(first: Said, second: Said) -> Answer:
    return Answer(
        Outcome.ANSWERED,
        "The pack says:\nThe Board meets four times a year.\nMembers lead reviews.",
        lead_in="The pack says:",
        sentences=(first.sentence, second.sentence),
        citations=(*first.citations, *second.citations),
        contact=CONTACT,
        versions=Versions(PACK.pack_version, PACK.version, "prompt", "model", "code"),
        timings_ms={"search": 1.0, "total": 3.0},
        usage=Usage(12, 5, 0.001),
        evidence=tuple(Evidence(found, 0.5, 0.4, 3.0) for found in PASSAGES[:3]),
    )


def _silent() -> Answer:
    return Answer(
        Outcome.NOT_IN_PACK,
        "The recruitment pack does not say what the role pays.",
        missing="The recruitment pack does not say what the role pays.",
        nearest=(Nearest(PASSAGES[5], "Leeds"),),
        contact=CONTACT,
        timings_ms={"total": 2.0},
    )


def found(query: str) -> Sequence[Evidence]:
    return [Evidence(PASSAGES[0], 0.9, 0.8, 4.0)] if query else []


def workshop_in(folder: Path, pack_dir: Path, embeddings: LocalEmbeddings) -> Workshop:
    """What packs are made with, in a folder of the test; no fact sheet is drawn up."""
    return Workshop(
        PackFolders(pack_dir, folder), folder, embeddings, folder / "cases", lambda version: None, lambda version: None
    )


async def _nothing() -> Sequence[ApprovedAnswer]:
    return ()


def scripted_service(folder: Path, **changes: object) -> Service:
    """`changes` to the service itself, or to its settings."""
    of_service = {name: value for name, value in changes.items() if name in Service.__dataclass_fields__}
    of_settings = {name: value for name, value in changes.items() if name not in of_service}
    given = {"pack_dir": folder, "data_dir": folder, "ask_limit": None, "_env_file": None} | of_settings
    settings = Settings(**given)  # type: ignore[arg-type]
    database = open_database(settings.database)
    embeddings = LocalEmbeddings()
    packs = Packs(database, workshop_in(folder, settings.pack_dir, embeddings))
    service = Service(
        settings=settings,
        assistant=ScriptedAssistant(),
        screen=_screen,
        records=Records(database),
        secretariat=open_secretariat(database, by_links=not settings.uses_oidc),
        packs=packs,
        addenda=Addenda(database, packs.campaign),
        gaps=Gaps(database, embeddings),
        pack=lambda: PACK,
        older=lambda version: OLDER if version == OLDER.pack_version else None,
        search=found,
        links=lambda rule: HELP if rule is Rule.CHILD_AT_RISK else (),
        approved=_nothing,
        problem=lambda: None,
        close=lambda: None,
    )
    return replace(service, **of_service)  # type: ignore[arg-type]
