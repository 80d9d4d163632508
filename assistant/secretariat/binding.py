"""What approved answers rest on: they are bound to the content of passages, and go when it does, in the same ingest."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.domain import Citation
from assistant.secretariat.approved import Approved, BoundCitation, Replaced, State, approved_of
from assistant.secretariat.audit import Change, note
from assistant.secretariat.tables import ApprovedRow
from assistant.wording import words
from knowledge.domain import Passage

_ALIKE: Final = 0.5
"""The share of words that a passage must have in common with one that is gone to be shown as what became of it."""

_SAME_PLACE: Final = 0.15


def content_hash(passage: Passage) -> str:
    """Of all that gives a passage its meaning, and not of where in its document it stands."""
    held = [passage.document, passage.kind, passage.heading, passage.label, passage.lead_in, passage.text]
    return hashlib.sha256(json.dumps(held).encode()).hexdigest()


def by_content(passages: Iterable[Passage]) -> dict[str, Passage]:
    """The passages by the hash of their content."""
    return {content_hash(passage): passage for passage in passages}


class Contents:
    """The passages of the version that was asked for last, by their content: a version is hashed once."""

    def __init__(self) -> None:
        self._kept: tuple[str, Mapping[str, Passage]] = ("", {})

    def of(self, version: str, passages: Iterable[Passage]) -> Mapping[str, Passage]:
        """`version` is that of the index."""
        if self._kept[0] != version:
            self._kept = (version, by_content(passages))
        return self._kept[1]


def bound(number: int, passage: Passage, quote: str) -> BoundCitation:
    """A citation of the passage as it is now."""
    return BoundCitation(
        number=number,
        passage=passage.id,
        content_hash=content_hash(passage),
        quote=quote,
        document=passage.document,
        title=passage.title,
        heading=passage.heading,
        page=passage.page,
        context=passage.searchable,
    )


def standing(approved: Approved, known: Mapping[str, Passage]) -> tuple[Citation, ...] | None:
    """Its citations in a version of the pack (`by_content`), or None where one of their passages is not as it was."""
    found = [(one, known.get(one.content_hash)) for one in approved.words.citations]
    cited = tuple(
        Citation(one.number, passage, one.quote) for one, passage in found if passage and one.quote in passage.text
    )
    return cited if cited and len(cited) == len(found) else None


def touched_by(approved: Iterable[Approved], passages: Sequence[Passage]) -> list[Approved]:
    """The live answers that these passages, as the whole of a new version, would make stale."""
    known = by_content(passages)
    return [one for one in approved if one.state is State.LIVE and standing(one, known) is None]


def withdraw_stale(session: Session, campaign: str, passages: Sequence[Passage], *, at: datetime) -> tuple[str, ...]:
    """Take the answers out of use that a campaign's new passages make stale; their ids. To be called in each ingest."""
    live = (ApprovedRow.campaign == campaign, ApprovedRow.state == State.LIVE.value)
    rows = {row.id: row for row in session.scalars(select(ApprovedRow).where(*live).with_for_update())}
    touched = touched_by([approved_of(row, ()) for row in rows.values()], passages)
    for one in touched:
        replaced = replaced_in(one, passages)
        row = rows[one.id]
        row.state = State.STALE.value
        row.revision += 1
        row.replaced = [asdict(gone) for gone in replaced]
        after = {"state": State.STALE.value, "sources_changed": [gone.number for gone in replaced]}
        note(session, Change(None, "withdrew_stale", "approved", one.id, {"state": State.LIVE.value}, after), at=at)
    return tuple(one.id for one in touched)


def replaced_in(approved: Approved, passages: Sequence[Passage]) -> tuple[Replaced, ...]:
    """What became of each passage that it rests on and that is no longer as it was."""
    known = by_content(passages)
    gone = [one for one in approved.words.citations if one.content_hash not in known]
    return tuple(
        Replaced(one.number, one.context, now.searchable if (now := successor(one, passages)) else "") for one in gone
    )


def successor(citation: BoundCitation, passages: Sequence[Passage]) -> Passage | None:
    """The passage that took the place of a cited one: the one most like it, if any is like it at all."""
    before = Counter(words(citation.context))
    best, found = 0.0, None
    for passage in passages:
        alike = _alike(before, Counter(words(passage.searchable)))
        here = (passage.document, passage.heading) == (citation.document, citation.heading)
        if alike >= _ALIKE and alike + here * _SAME_PLACE > best:
            best, found = alike + here * _SAME_PLACE, passage
    return found


def _alike(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)
