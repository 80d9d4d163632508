"""An approved answer: what the secretariat says to a question, with the words of the pack that it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from assistant.domain import Sentence
from assistant.secretariat.tables import ApprovedRow


class State(StrEnum):
    """A draft waits for a second person, is live from then on, and ends stale (its passages changed) or withdrawn."""

    DRAFT = "draft"
    WAITING = "waiting"
    LIVE = "live"
    STALE = "stale"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class BoundCitation:
    """Words of a passage as they were when they were chosen. `content_hash` is what the passage must still be.

    `context` is the whole of the passage with what stands above it, to compare a later one with.
    """

    number: int
    passage: str
    content_hash: str
    quote: str
    document: str
    title: str
    heading: tuple[str, ...]
    page: int | None
    context: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of a cited passage: `new` is what stands there now, empty when nothing like it does."""

    number: int
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote: the question, other ways to ask it, the sentences, and what they rest on."""

    question: str = ""
    wordings: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[BoundCitation, ...] = ()

    @property
    def text(self) -> str:
        """The answer without its citations, a line a sentence."""
        return "\n".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Approved:
    """An answer as it is kept. `author` wrote its words last, and is never its `approver`.

    `revision` grows with each change; `turn` is the number of the turn that it was written from, `replaces` the
    answer that it takes the place of once it is live.
    """

    id: str
    campaign: str
    words: Words
    state: State
    author: str
    approver: str | None
    drafted_at: datetime
    approved_at: datetime | None
    checked_on: datetime | None
    replaced: tuple[Replaced, ...]
    served: int
    revision: int
    turn: int | None
    replaces: str | None


def approved_of(row: ApprovedRow, wordings: Sequence[str]) -> Approved:
    """What a row and its further wordings hold."""
    return Approved(
        id=row.id,
        campaign=row.campaign,
        words=Words(
            question=row.question,
            wordings=tuple(wordings),
            sentences=tuple(Sentence(one["text"], tuple(one["citations"])) for one in row.sentences),
            citations=tuple(_citation(one) for one in row.citations),
        ),
        state=State(row.state),
        author=row.author,
        approver=row.approver,
        drafted_at=row.drafted_at,
        approved_at=row.approved_at,
        checked_on=row.checked_on,
        replaced=tuple(Replaced(**one) for one in row.replaced or ()),
        served=row.served,
        revision=row.revision,
        turn=row.turn,
        replaces=row.replaces,
    )


def put_words(row: ApprovedRow, words: Words) -> None:
    """Into a row, all but the further wordings, which are rows of their own."""
    row.question = words.question
    row.sentences = [asdict(sentence) for sentence in words.sentences]
    row.citations = [asdict(citation) for citation in words.citations]


def _citation(held: Mapping[str, Any]) -> BoundCitation:
    return BoundCitation(**{**held, "heading": tuple(held["heading"])})
