"""Public questions with known passages, and the measures of a search. What both measuring scripts share."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MEASURES = ("nDCG@5", "recall@5", "MRR")
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the user turns before it (oldest first), and the positions of the passages that answer it."""

    text: str
    earlier: tuple[str, ...]
    answers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Collection:
    """Passages, and questions that some of them answer."""

    name: str
    passages: tuple[str, ...]
    asked: tuple[Asked, ...]


def collections(evaldata: Path) -> list[Collection]:
    """Guidance twice (question alone; question after its scenario), then every collection of conversations."""
    passages, conversations = (
        _lines(evaldata / "conversations_passages.jsonl"),
        _lines(evaldata / "conversations.jsonl"),
    )
    names = sorted({passage["collection"] for passage in passages})
    return [*_guidance(evaldata), *(_conversations(name, passages, conversations) for name in names)]


def measure(ranked: Sequence[int], answers: frozenset[int]) -> tuple[float, float, float]:
    """nDCG@5, recall@5 and reciprocal rank of one question; answers all weigh the same."""
    gains = [1 / np.log2(rank + 2) for rank, found in enumerate(ranked[:_DEPTH]) if found in answers]
    best = sum(1 / np.log2(rank + 2) for rank in range(min(_DEPTH, len(answers))))
    first = next((rank for rank, found in enumerate(ranked, start=1) if found in answers), None)
    return float(sum(gains) / best), len(gains) / min(_DEPTH, len(answers)), 1 / first if first else 0.0


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """The 95% bootstrap interval of a mean over questions; the same numbers give the same interval."""
    chosen = np.random.default_rng(0).integers(0, len(differences), (10_000, len(differences)))
    low, high = np.percentile(differences[chosen].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def _guidance(evaldata: Path) -> list[Collection]:
    passages = _lines(evaldata / "guidance_passages.jsonl")
    places = {passage["id"]: place for place, passage in enumerate(passages)}
    questions = _lines(evaldata / "guidance_questions.jsonl")
    texts = tuple(passage["text"] for passage in passages)

    def asked(question: dict[str, Any], text: str) -> Asked:
        return Asked(text, (), frozenset({places[question["gold_rule_id"]]}))

    alone = tuple(asked(question, question["question"]) for question in questions)
    told = tuple(
        asked(question, f"{question['scenario']} {question['question']}".strip())
        for question in questions
        if question["scenario"]
    )
    return [Collection("guidance", texts, alone), Collection("guidance, with scenario", texts, told)]


def _conversations(name: str, passages: list[dict[str, Any]], conversations: list[dict[str, Any]]) -> Collection:
    own = [passage for passage in passages if passage["collection"] == name]
    places = {passage["id"]: place for place, passage in enumerate(own)}
    asked = []
    for conversation in conversations:
        if conversation["collection"] == name and conversation["gold_passage_ids"]:
            turns = [turn["text"] for turn in conversation["turns"] if turn["speaker"] == "user"]
            gold = frozenset(places[passage] for passage in conversation["gold_passage_ids"])
            asked.append(Asked(turns[-1], tuple(turns[:-1]), gold))
    return Collection(f"conversations, {name}", tuple(passage["text"] for passage in own), tuple(asked))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
