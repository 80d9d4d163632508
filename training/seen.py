"""Held-out questions as the assistant reads them: what a calibration is fitted on and shapes are compared on."""

import itertools
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.cross_encoder import CrossEncoder
from assistant.kinds import kind_asked
from assistant.matching import PassageReader, QuestionReader, Weights, asked, match
from assistant.ranking import Aim, Ranked, rank
from assistant.subjects import asked_about
from assistant.trained import READ, TrainedJudge, features, once
from knowledge.domain import BlockKind, Passage
from knowledge.embedding import LocalEmbeddings
from training import packs, public, sections
from training.domain import Example, Place
from training.facets import for_measuring, load_facets

OWN = ("packs", "sections")
"""Sources of the field: what was written for this project."""
PER_RANK = 8.0
"""What is close in rank was set for ranks by words (`assistant.choosing`); log-odds are brought to their size."""

_PACKS, _SECTIONS, _PUBLIC, _ASKED = 480, 800, 100, 60


@dataclass(frozen=True, slots=True)
class Seen:
    """A question with the sentences of its evidence, best first by words, and whether each answers.

    `odds` are the model's log-odds of the first of them, as many as it reads.
    """

    source: str
    aim: Aim
    ranked: tuple[Ranked, ...]
    odds: NDArray[np.float32]
    truth: tuple[bool, ...]
    answerable: bool

    def best_first(self, by_words: float) -> list[int]:
        """Places in the order of the rank that they would get."""
        ranks = [by_words * one.rank + odds / PER_RANK for one, odds in zip(self.ranked, self.odds, strict=False)]
        return [int(place) for place in np.argsort(-np.array(ranks), kind="stable")]

    def features(self, by_words: float) -> NDArray[np.float64]:
        """What the calibration weighs."""
        order = self.best_first(by_words)
        return features(self.aim, [self.ranked[place] for place in order], self.odds[order])


def held_out(data: Path, seed: int) -> Iterator[Example]:
    """Templates and packs that were held out, and public questions that training left over."""
    facets = [for_measuring(facet) for facet in load_facets()]
    yield from itertools.islice(packs.examples(facets, seed, asked=_ASKED), _PACKS)
    own = list(sections.examples(seed, held_out=True, whole=True))
    yield from random.Random(seed).sample(own, min(_SECTIONS, len(own)))  # noqa: S311 - a sample, no secret
    yield from public.unused(data, seed, each=_PUBLIC)


def seen_of(examples: Iterable[Example]) -> Iterator[Seen]:
    """Each as the reader would see it, in the same order; those that nothing can be read of are left out."""
    eyes = _Eyes()
    waiting = list(examples)
    counted = {
        source: Weights.of({place.text for one in waiting if one.source == source for place in one.places})
        for source in {one.source for one in waiting}
    }
    for number, example in enumerate(waiting):
        if number % 200 == 0:
            print(f"{number} of {len(waiting)} questions read", file=sys.stderr, flush=True)
        if seen := eyes.seen(example, counted[example.source]):
            yield seen


class _Eyes:
    """The models through which all is read."""

    def __init__(self) -> None:
        self._embeddings = LocalEmbeddings()
        self._questions = QuestionReader(self._embeddings)
        self._passages = PassageReader(self._embeddings)
        self._judge = TrainedJudge(CrossEncoder())

    def seen(self, example: Example, weights: Weights) -> Seen | None:
        evidence = passages_of(example.places)
        read = self._passages.read(evidence)
        text = example.question.rstrip("?!. ")
        state = self._questions.token_states([text])[0]
        named = asked_about(text)
        aim = Aim(text, asked(text, state, weights), kind_asked(text), named)
        ranked = once(rank(aim, match(aim.asked, read), read), read)
        if not ranked:
            return None
        odds = self._judge.read(state, ranked[:READ], read)
        truth = tuple(_answers(example, evidence[one.match.place], one) for one in ranked)
        return Seen(example.source, aim, tuple(ranked), odds, truth, bool(example.answers))


def passages_of(places: Sequence[Place]) -> list[Passage]:
    """The passages that the sentences stand in, each once."""
    texts = {place.text: place.lead for place in places}
    return [_passage(text, lead, order) for order, (text, lead) in enumerate(texts.items())]


def _passage(text: str, lead: int, order: int) -> Passage:
    above = text[:lead].splitlines()
    own = text[lead:]
    heading = tuple(above[0].split(" > ")) if above and not above[0].endswith(":") else ()
    lead_in = above[-1] if above and above[-1].endswith(":") else ""
    kind = BlockKind.LIST_ITEM if lead_in else BlockKind.PARAGRAPH
    label = ""
    if "\n" in own and own.index("\n") < 50 and lead:
        kind, label = BlockKind.LABELLED, own.partition("\n")[0]
    return Passage(text, "d", "", heading, own, kind, lead_in, label, None, 0, len(own), 0, order)


def _answers(example: Example, passage: Passage, one: Ranked) -> bool:
    """Whether a sentence as the reader cuts them is, or is part of, one that answers."""
    telling = [example.places[place] for place in example.answers]
    own = [place.text[place.start : place.end] for place in telling if place.text == passage.id]
    return any(one.match.text in text or text in one.match.text for text in own)
