"""Answers without a model: the pack's own sentences, chosen by the reader, each with its citation."""

import re
from collections.abc import AsyncIterator, Sequence

from assistant.domain import Basis, Claim, DraftItem, Missing, Question
from assistant.reading import Reading, Support
from knowledge.domain import BlockKind, Evidence

_DENIES = re.compile(r"\b(?:no|not|cannot|never|unless|except|without|neither)\b|n't\b", re.IGNORECASE)


class QuotingComposer:
    """Says what the reader found, word for word, and nothing else."""

    mode = "quoting"

    async def compose(
        self,
        question: Question,  # noqa: ARG002 - a composer that writes needs it; one that quotes has the reading
        reading: Reading,
        evidence: Sequence[Evidence],
    ) -> AsyncIterator[DraftItem]:
        numbers = {found.passage.id: number for number, found in enumerate(evidence, start=1)}
        said: set[tuple[str, str]] = set()
        for part in reading.parts:
            for support in part.supports:
                key = (support.evidence.passage.id, support.quote)
                if key not in said:
                    said.add(key)
                    yield _claim(support, numbers[support.evidence.passage.id])
            if not part.answered:
                yield Missing(part.missing)


def _claim(support: Support, number: int) -> Claim:
    text, passage = support.quote, support.evidence.passage
    if passage.kind is BlockKind.LABELLED:
        text = ": ".join(line.strip() for line in text.split("\n", 1))
    if passage.kind is BlockKind.LIST_ITEM and _DENIES.search(passage.lead_in):
        # "Are bankrupt" says the opposite of what "You cannot be appointed if you: are bankrupt" does.
        text = f"{passage.lead_in} {text}"
    return Claim(text, (Basis(number, support.quote),))
