"""A draft becomes what is said: claims that pass their checks are sentences, and the whole is an answer."""

from collections.abc import Sequence
from itertools import combinations

from assistant.citing import Checked, cite
from assistant.domain import (
    Answer,
    Citation,
    Claim,
    DraftItem,
    Dropped,
    Likely,
    Missing,
    Nearest,
    Outcome,
    Restarted,
    Said,
    Sentence,
    Usage,
)
from assistant.guard import Guard
from assistant.reading import Reading
from assistant.replies import Replies, replies, whole_text
from assistant.supporting import Supports
from knowledge.domain import BlockKind, Campaign, Evidence, Passage

_NEAREST = 2


class Spoken:
    """What has been said of one answer so far. Claims go in; only those that pass come out as sentences.

    `supports` judges those that are not the pack's own words.
    """

    def __init__(
        self,
        evidence: Sequence[Evidence],
        campaign: Campaign,
        guard: Guard,
        *,
        mode: str,
        supports: Supports,
    ) -> None:
        self.evidence = tuple(evidence)
        self.sentences: tuple[Sentence, ...] = ()
        self.citations: tuple[Citation, ...] = ()
        self.missing: tuple[str, ...] = ()
        self.dropped: tuple[Dropped, ...] = ()
        self.is_short = False
        self.usage = Usage()
        self.mode = mode
        self._guard = guard
        self._supports = supports
        self._names = tuple(name for name in (campaign.name, campaign.body) if name)

    @property
    def lost_all(self) -> bool:
        """A model made claims and none of them passed."""
        return self.mode == "model" and bool(self.dropped) and not self.sentences

    def take(self, item: DraftItem) -> Said | None:
        """The sentence that a claim became, if it passed; everything else is kept for the answer."""
        match item:
            case Claim():
                return self._check(item)
            case Missing():
                self.missing = (*self.missing, item.part)
            case Usage():
                self.usage = _sum(self.usage, item)
            case Restarted():
                self.sentences, self.citations, self.missing = (), (), ()
                self.is_short, self.mode = False, "fallback"
        return None

    def _check(self, claim: Claim) -> Said | None:
        checked = cite(claim, self.evidence, self.citations, names=self._names)
        if isinstance(checked, Checked) and self._is_withheld(checked, claim):
            checked = Dropped(claim, "holds words that are never shown")
        if isinstance(checked, Checked) and not self._is_supported(checked):
            checked = Dropped(claim, "its quotes hardly say so")
        if isinstance(checked, Dropped):
            self.dropped = (*self.dropped, checked)
            self.is_short = True
            return None
        self.sentences = (*self.sentences, checked.sentence)
        self.citations = (*self.citations, *checked.citations)
        return Said(checked.sentence, checked.citations)

    def _is_supported(self, checked: Checked) -> bool:
        if self.mode != "model":
            return True
        known = {citation.number: citation for citation in (*self.citations, *checked.citations)}
        cited = [known[number] for number in checked.sentence.citations]
        return checked.sentence.text in {one.quote for one in cited} or self._supports(checked.sentence.text, cited)

    def _is_withheld(self, checked: Checked, claim: Claim) -> bool:
        read = "\n".join(self.evidence[basis.number - 1].passage.text for basis in claim.rests_on)
        return self._guard.review(checked.sentence.text, published=read) is not None


def answer_of(spoken: Spoken, reading: Reading, campaign: Campaign) -> Answer:
    """The whole answer: what was said, what the pack does not say, what comes nearest, and whom to ask."""
    words = replies()
    outcome = _outcome(spoken)
    missing = _missing(spoken, reading, words) if outcome is not Outcome.ANSWERED else None
    lead_in = _lead_in(spoken, words)
    nearest = _nearest(reading) if outcome is Outcome.NOT_IN_PACK else ()
    ask = words.whom_to_ask(campaign.contact, page=campaign.page) if missing else ""
    return Answer(
        outcome=outcome,
        text=whole_text(lead_in, spoken.sentences, missing or "", ask),
        lead_in=lead_in,
        sentences=spoken.sentences,
        citations=spoken.citations,
        missing=missing,
        nearest=nearest,
        contact=campaign.contact,
        mode=spoken.mode,
        usage=spoken.usage,
        evidence=spoken.evidence,
        judged={part.asked: round(part.probability, 4) for part in reading.parts},
        line=next((part.line for part in reading.parts if part.line is not None), None),
        likeliest=_likeliest(reading),
        dropped=spoken.dropped,
    )


def _likeliest(reading: Reading) -> tuple[Likely, ...]:
    return tuple(
        Likely(number, round(part.probability, 4), one.evidence.passage.id, one.quote, round(one.score, 4))
        for number, part in enumerate(reading.parts)
        for one in part.likeliest
    )


def _outcome(spoken: Spoken) -> Outcome:
    if not spoken.sentences:
        return Outcome.NOT_IN_PACK
    return Outcome.PARTLY_ANSWERED if spoken.missing or spoken.is_short else Outcome.ANSWERED


def _missing(spoken: Spoken, reading: Reading, words: Replies) -> str:
    if spoken.missing:
        return words.about_missing(spoken.missing)
    if spoken.sentences:
        return words.missing.unchecked
    return words.about_missing([part.missing for part in reading.parts])


def _lead_in(spoken: Spoken, words: Replies) -> str:
    if not spoken.sentences or spoken.mode == "model":
        return ""
    passages = [citation.passage for citation in spoken.citations]
    if len({passage.document for passage in passages}) > 1 and any(passage.amends for passage in passages):
        return words.lead_in.differing
    if _disputed(passages):
        return words.lead_in.disputed
    if count := _whole_list(passages, spoken.evidence):
        return words.about_list(count)
    return words.lead_in.several if len(spoken.sentences) > 1 else words.lead_in.one


def _disputed(said: Sequence[Passage]) -> bool:
    """Whether two documents give the same label different values, and neither says that it amends the other."""
    labelled = [passage for passage in said if passage.label]
    return any(
        one.label.casefold() == other.label.casefold()
        and one.document != other.document
        and one.text.casefold().split() != other.text.casefold().split()
        for one, other in combinations(labelled, 2)
    )


def _whole_list(said: Sequence[Passage], evidence: Sequence[Evidence]) -> int:
    """How many items the list has that was said, from its first to its last; 0 when it was anything else."""
    lists = {(passage.document, passage.kind, passage.group) for passage in said}
    items = {one.passage.id for one in evidence if (one.passage.document, one.passage.kind, one.passage.group) in lists}
    is_one_list = len(lists) == 1 and said[0].kind is BlockKind.LIST_ITEM
    return len(items) if is_one_list and len(items) > 1 and items == {passage.id for passage in said} else 0


def _nearest(reading: Reading) -> tuple[Nearest, ...]:
    close = sorted((near for part in reading.parts for near in part.nearest), key=lambda near: -near.score)
    found: dict[str, Nearest] = {}
    for near in close:
        found.setdefault(near.quote, Nearest(near.evidence.passage, near.quote))
    return tuple(found.values())[:_NEAREST]


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(one.tokens_in + other.tokens_in, one.tokens_out + other.tokens_out, one.dollars + other.dollars)
