"""The words of an answer: Question, Turn, Claim, Sentence, Citation, Refusal, Answer, and the events of its making."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from knowledge.domain import Contact, Evidence, Passage

MAX_QUESTION = 500
"""Characters. Of real questions 96% have at most 150 (AI Answers, Government of Canada, first trial)."""


class Outcome(StrEnum):
    """How a question ended. Closed: other programs switch on it."""

    ANSWERED = "answered"
    PARTLY_ANSWERED = "partly_answered"
    NOT_IN_PACK = "not_in_pack"
    CLARIFY = "clarify"
    DECLINED = "declined"
    SIGNPOSTED = "signposted"
    GREETED = "greeted"
    UNAVAILABLE = "unavailable"


class Rule(StrEnum):
    """Why a question was refused."""

    CHILD_AT_RISK = "child_at_risk"
    CRISIS = "crisis"
    PERSONAL_DATA = "personal_data"
    INSTRUCTIONS = "instructions"
    OWN_CHANCES = "own_chances"
    DRAFTING = "drafting"
    OFF_TOPIC = "off_topic"


UNKEPT: Final = frozenset({Rule.CHILD_AT_RISK, Rule.CRISIS, Rule.PERSONAL_DATA})
"""The rules whose questions are not kept: what was typed belongs to nobody but the person who typed it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and what was said to it. Refused turns are never among them."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a candidate asks, with the turns before it, oldest first.

    `text` stands alone once the question was restated; `asked` stays as it was typed.
    """

    text: str
    history: tuple[Turn, ...] = ()
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fixed reply, in the secretariat's words. `rule` is None for greetings and requests to clarify."""

    outcome: Outcome
    rule: Rule | None
    text: str


@dataclass(frozen=True, slots=True)
class Basis:
    """What a claim says it rests on: the number of a passage that was issued to the composer, and words of it."""

    number: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence that a composer would like to say. Nobody is shown a claim: only `citing` makes Sentences."""

    text: str
    rests_on: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A composer's word that a part of the question is not answered by the passages; `part` in the asker's words."""

    part: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a model call took: tokens in and out, and their price in US dollars (0.0 when the price is not known)."""

    tokens_in: int = 0
    tokens_out: int = 0
    dollars: float = 0.0


@dataclass(frozen=True, slots=True)
class Restarted:
    """The composer failed half-way and another took over: claims before this one are void."""

    why: str


DraftItem = Claim | Missing | Usage | Restarted


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered pointer to words of a passage; `quote` stands in `passage.text` character for character."""

    number: int
    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence of an answer, with the numbers of the citations that hold it up (never none)."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A claim that did not pass, and which check stopped it."""

    claim: Claim
    why: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest thing the pack does say, offered beside a plain "the pack does not say"."""

    passage: Passage
    quote: str


@dataclass(frozen=True, slots=True)
class Likely:
    """A sentence that the reader weighed for a part of the question, and the probability that it answers.

    `part` counts from 0; `answered` is the probability that anything of the evidence answers that part.
    """

    part: int
    answered: float
    passage: str
    quote: str
    probability: float


@dataclass(frozen=True, slots=True)
class Versions:
    """What was at work when an answer was made."""

    pack: str
    index: str
    prompt: str
    model: str
    code: str


@dataclass(frozen=True, slots=True)
class Approval:
    """That people of the secretariat checked an answer, and when; `id` is that of the approved answer."""

    id: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole of what is said to one question, and enough to explain it later.

    `text` is all of it as plain text without markers; `missing` names what the pack does not say; `evidence` is what
    the search found, used or not; `restated` is the question as it was searched for; `judged` is the reader's
    probability for each part of it, `line` the one from which on a part is taken to be answered, `likeliest` the two
    likeliest sentences of each, so that the secretariat can see what was nearly answered.
    """

    outcome: Outcome
    text: str
    rule: Rule | None = None
    lead_in: str = ""
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    missing: str | None = None
    nearest: tuple[Nearest, ...] = ()
    contact: Contact | None = None
    approved: Approval | None = None
    mode: str = "quoting"
    versions: Versions | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = Usage()
    evidence: tuple[Evidence, ...] = ()
    restated: str = ""
    judged: Mapping[str, float] = field(default_factory=dict)
    line: float | None = None
    likeliest: tuple[Likely, ...] = ()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """A step has begun: "search", "judge", "compose"."""

    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence passed its checks; `citations` are the ones it brings that were not there before."""

    sentence: Sentence
    citations: tuple[Citation, ...]


Event = Stage | Said | Answer
