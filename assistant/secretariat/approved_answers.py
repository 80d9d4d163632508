"""Approved answers as candidates get them: the step of a question that looks for one, and the list for everybody."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.database import RecordsError
from assistant.domain import Answer, Approval, Citation, Outcome, Question
from assistant.replies import whole_text
from assistant.secretariat.approvals import Approvals
from assistant.secretariat.approved import Approved
from assistant.secretariat.binding import Contents, standing
from knowledge.domain import Campaign, Passage

_log = logging.getLogger("assistant.secretariat")


class Version(Protocol):
    """A version of the pack; `version` is the index's."""

    @property
    def version(self) -> str: ...
    @property
    def campaign(self) -> Campaign: ...
    @property
    def passages(self) -> Sequence[Passage]: ...


class SameMeaning(Protocol):
    """How near two questions are, if they mean the same. Bound by the processor."""

    def nearness(self, asked: str, approved: str, citations: Sequence[Citation], /) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Published:
    """An approved question, and what is said to it in the version being served."""

    question: str
    answer: Answer


class ApprovedAnswers:
    """What is live is read anew as soon as anything of it changed, whichever process changed it."""

    def __init__(self, approvals: Approvals, same: SameMeaning) -> None:
        self._approvals = approvals
        self._same = same
        self._contents = Contents()
        self._revisions: Mapping[str, int] = {}
        self._live: tuple[Approved, ...] = ()

    async def find(self, question: Question, index: Version) -> Answer | None:
        """The answer for a question that means the same. None when the records can't be read: then none is sure."""
        try:
            live = await self._in_use(index.campaign.id)
        except RecordsError as error:
            _log.warning("approved answers could not be read: %s", error)
            return None
        found = await asyncio.to_thread(self._nearest, question.text, live, index) if live else None
        if found is None:
            return None
        await self._count(found.id)
        return found.answer

    async def published(self, index: Version) -> tuple[Published, ...]:
        """All that are live and stand in this version, the newest first."""
        live = await self._in_use(index.campaign.id)
        known = self._contents.of(index.version, index.passages) if live else {}
        return tuple(
            Published(one.words.question, answer_of(one, cited, index.campaign))
            for one in live
            if (cited := standing(one, known))
        )

    async def _in_use(self, campaign: str) -> tuple[Approved, ...]:
        revisions = await self._approvals.revisions(campaign)
        if revisions != self._revisions:
            # In this order: what changes in between is seen the next time.
            self._live = await self._approvals.live(campaign) if revisions else ()
            self._revisions = revisions
        return self._live

    def _nearest(self, asked: str, live: Sequence[Approved], index: Version) -> "_Found | None":
        known = self._contents.of(index.version, index.passages)
        best, found = -1.0, None
        for one in live:
            if (cited := standing(one, known)) is None:
                continue
            for question in (one.words.question, *one.words.wordings):
                near = self._same.nearness(asked, question, cited)
                if near is not None and near > best:
                    best, found = near, _Found(one.id, answer_of(one, cited, index.campaign))
        return found

    async def _count(self, id: str) -> None:
        try:
            await self._approvals.count_served(id)
        except RecordsError as error:
            _log.warning("an approved answer was given and not counted: %s", error)


@dataclass(frozen=True, slots=True)
class _Found:
    id: str
    answer: Answer


def answer_of(approved: Approved, citations: tuple[Citation, ...], campaign: Campaign) -> Answer:
    """What is said, with its citations in the version being served."""
    sentences = approved.words.sentences
    checked = approved.checked_on or approved.drafted_at
    return Answer(
        outcome=Outcome.ANSWERED,
        text=whole_text("", sentences),
        sentences=sentences,
        citations=citations,
        contact=campaign.contact,
        approved=Approval(approved.id, checked.date()),
        mode="approved",
    )
