"""What the web service stands on. `wiring` makes it of real things; tests of small ones."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from assistant.checks import Check
from assistant.domain import Answer, Event, Question, Refusal, Rule
from assistant.limits import Shares
from assistant.limits.memory import MemoryShares
from assistant.records import Records
from assistant.secretariat.addenda import Addenda
from assistant.secretariat.gaps import Gaps
from assistant.secretariat.packs import Packs
from assistant.secretariat.stores import Secretariat
from assistant.settings import Settings
from assistant.waiting import Queue
from knowledge.domain import Campaign, Evidence, Passage


class NotReady(Exception):
    """There is no version of the pack that could be served; the message says why, for the log."""


class Assistant(Protocol):
    """Answers questions. The last event of a stream is the whole Answer."""

    def stream(self, question: Question) -> AsyncIterator[Event]: ...


class Document(Protocol):
    """A document of the pack, as a list names it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def dated(self) -> date | None: ...
    @property
    def amends(self) -> str | None: ...


class PackVersion(Protocol):
    """One version of the pack as it was indexed; `version` is the index's, `pack_version` the text's."""

    @property
    def version(self) -> str: ...
    @property
    def pack_version(self) -> str: ...
    @property
    def campaign(self) -> Campaign: ...
    @property
    def documents(self) -> Sequence[Document]: ...
    @property
    def passages(self) -> Sequence[Passage]: ...


class ApprovedAnswer(Protocol):
    """A question with the answer that the secretariat approved, for everybody to read."""

    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> Answer: ...


class Link(Protocol):
    """Something to press on a page: a telephone number, say."""

    @property
    def label(self) -> str: ...
    @property
    def url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Service:
    """`screen` is the guard's fixed reply to words that are not to be answered or kept, or None.

    `pack` gives the version being served (or NotReady); `older` a kept one with that pack version, or None.
    `search` and `older` may take a moment and are called in a thread. `links` are those of a rule's fixed reply;
    `approved` are the answers in use; `problem` is why the index can't be relied on, or None. `close` is
    called once, after the last answer. `shares` never raise. `checks` are looked at all the while, beside the index and
    the records; `queues` says how many answers wait for the secretariat, by queue (RecordsError when it can't).
    """

    settings: Settings
    assistant: Assistant
    records: Records
    secretariat: Secretariat
    packs: Packs
    addenda: Addenda
    gaps: Gaps
    screen: Callable[[Question], Refusal | None]
    pack: Callable[[], PackVersion]
    older: Callable[[str], PackVersion | None]
    search: Callable[[str], Sequence[Evidence]]
    links: Callable[[Rule | None], Sequence[Link]]
    approved: Callable[[], Awaitable[Sequence[ApprovedAnswer]]]
    problem: Callable[[], str | None]
    close: Callable[[], None]
    shares: Shares = field(default_factory=MemoryShares)
    checks: Sequence[Check] = ()
    model_left_alone: Callable[[], bool] = lambda: False
    queues: Callable[[], Awaitable[Mapping[Queue, int]]] | None = None
