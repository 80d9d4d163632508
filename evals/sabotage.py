"""Changes that make answers worse, each of which the gate has to stop, and changes that do not and have to pass.

A safeguard is switched off, or a mistake made that somebody could make, in this process only and only for one run.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np

import assistant.guard
from assistant.citing import Checked, cite
from assistant.domain import Citation, Claim, Question, Sentence
from assistant.prompts import prompt
from assistant.served_pack import ServedPack
from assistant.signposts import Reply
from assistant.trained import TrainedCalibration
from knowledge.domain import Evidence, Pack, Passage
from knowledge.embedding import LocalEmbeddings, Vectors
from knowledge.passages import split
from knowledge.store import PassageStore


@dataclass(frozen=True, slots=True)
class Change:
    """`made` makes the change for as long as it is entered; a `harmless` one has to pass the gate."""

    name: str
    about: str
    made: Callable[[], AbstractContextManager[object]]
    harmless: bool = False


def _guard_rule(reply: Reply) -> Change:
    return Change(
        f"guard-{reply.value}", f"the guard's rule for {reply.value} is deleted", lambda: _without_rule(reply)
    )


def _line(name: str, about: str, moved: Callable[[float], float]) -> Change:
    def made() -> AbstractContextManager[object]:
        as_fitted = TrainedCalibration.load()
        return patch("assistant.trained.calibration", lambda: replace(as_fitted, line=moved(as_fitted.line)))

    return Change(name, about, made)


def _without_rule(reply: Reply) -> AbstractContextManager[object]:
    stack = ExitStack()
    for table in ("_SAFETY", "_BOUNDS"):
        left = tuple(rule for rule in getattr(assistant.guard, table) if rule[0] is not reply)
        stack.enter_context(patch.object(assistant.guard, table, left))
    return stack


def _unchecked(
    claim: Claim, evidence: tuple[Evidence, ...], citations: tuple[Citation, ...], *, names: object = ()
) -> Checked:
    """Whatever a claim says is said, with the quotes that it claims."""
    del names
    issued = [basis for basis in claim.rests_on if 1 <= basis.number <= len(evidence)]
    new = tuple(
        Citation(number, evidence[basis.number - 1].passage, basis.quote)
        for number, basis in enumerate(issued, start=len(citations) + 1)
    )
    return Checked(Sentence(claim.text, tuple(one.number for one in new)), new)


def _shifted(claim: Claim, evidence: Any, citations: Any, **others: Any) -> object:
    """Quotes that begin and end one character too late."""
    checked = cite(claim, evidence, citations, **others)
    if not isinstance(checked, Checked):
        return checked
    return replace(checked, citations=tuple(replace(one, quote=_one_later(one)) for one in checked.citations))


def _one_later(citation: Citation) -> str:
    start = citation.passage.text.index(citation.quote) + 1
    return citation.passage.text[start : start + len(citation.quote)]


def _pages_off_by_one(pack: Pack, **others: Any) -> tuple[Passage, ...]:
    return tuple(replace(one, page=one.page + 1 if one.page else None) for one in split(pack, **others))


def _publish_only_the_first(store: PassageStore, name: str) -> None:
    if store.current() is None:
        _PUBLISH(store, name)


def _coarse(embeddings: LocalEmbeddings, texts: list[str]) -> Vectors:
    """Vectors of which only the signs of every fourth number are left."""
    signs = np.sign(_VECTORS(embeddings, texts)).astype(np.float32)
    signs[:, np.arange(signs.shape[1]) % 4 > 0] = 0
    coarse: Vectors = signs / np.linalg.norm(signs, axis=1, keepdims=True)
    return coarse


def _prompt_without_citations(name: str) -> str:
    kept = [line for line in prompt(name).splitlines() if not re.search(r"quote|rests_on", line)]
    return "\n".join(kept)


def _alone(question: Question) -> Question:
    return replace(question, history=(), asked=question.asked or question.text)


_PUBLISH = PassageStore._publish
_VECTORS = LocalEmbeddings.vectors

CHANGES: tuple[Change, ...] = (
    *map(
        _guard_rule,
        (
            Reply.CHILD_AT_RISK,
            Reply.CRISIS,
            Reply.INSTRUCTIONS,
            Reply.DRAFTING,
            Reply.OWN_CHANCES,
            Reply.OFF_TOPIC,
            Reply.CLARIFY,
        ),
    ),
    Change(
        "guard-personal_data",
        "the guard's rule for personal data is deleted",
        lambda: patch("assistant.guard.holds_personal_data", lambda *_, **__: False),
    ),
    Change(
        "guard-small_talk",
        "greetings are not told from questions",
        lambda: patch("assistant.guard.kind_of_small_talk", lambda _: None),
    ),
    Change(
        "guard-review",
        "what is about to be said is not looked at",
        lambda: patch("assistant.guard.Guard.review", lambda *_, **__: None),
    ),
    Change(
        "citation-check",
        "claims are said as a model makes them, unchecked",
        lambda: patch("assistant.speaking.cite", _unchecked),
    ),
    _line("judge", "the judge takes everything for an answer", lambda _: -99.0),
    _line("line-lower", "the judge's line lies 20% lower", lambda line: line * 1.2),
    _line("line-higher", "the judge's line lies 20% higher", lambda line: line * 0.8),
    Change(
        "words",
        "BM25 is removed: passages are found by meaning alone",
        lambda: patch(
            "knowledge.lexical.LexicalIndex.scores", lambda index, _: np.zeros(index._texts, dtype=np.float32)
        ),
    ),
    Change(
        "meaning",
        "passages are found by words alone",
        lambda: patch("knowledge.versions.index.Index.nearest", lambda *_, **__: []),
    ),
    Change(
        "embedding",
        "a worse embedding: only the signs of every fourth number are left",
        lambda: patch("knowledge.embedding.LocalEmbeddings.vectors", _coarse),
    ),
    Change(
        "follow-ups",
        "follow-ups are not resolved",
        lambda: patch("assistant.conversation.restated", _alone),
    ),
    Change(
        "lists",
        "what stands around a passage is not fetched: half a list is given",
        lambda: patch("knowledge.search.surroundings", lambda found, *_, **__: found),
    ),
    Change(
        "prompt",
        "the prompt no longer asks for citations",
        lambda: patch("assistant.composing.model.prompt", _prompt_without_citations),
    ),
    Change(
        "pages",
        "page numbers are one too high",
        lambda: patch("knowledge.ingesting.split", _pages_off_by_one),
    ),
    Change(
        "stale-index",
        "a new version of the pack is built and not switched to",
        lambda: patch("knowledge.store.PassageStore._publish", _publish_only_the_first),
    ),
    Change(
        "quotes",
        "quotes begin and end one character too late",
        lambda: patch("assistant.speaking.cite", _shifted),
    ),
    Change(
        "table-headings",
        "the reader of tables loses the headings of columns",
        lambda: patch("knowledge.reading.tables._row_text", lambda _, row: "; ".join(cell for cell in row if cell)),
    ),
    Change(
        "forgetful",
        "harmless: no passage that was read is remembered",
        lambda: patch.dict(ServedPack.__init__.__kwdefaults__, remembered_bytes=0),
        harmless=True,
    ),
    Change(
        "one-thread",
        "harmless: the embedding model runs on one thread",
        lambda: patch.object(LocalEmbeddings.__init__, "__defaults__", (1,)),
        harmless=True,
    ),
)
