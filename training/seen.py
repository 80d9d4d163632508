"""Held-out questions as the assistant reads them: what a calibration is fitted on and shapes are compared on."""

import itertools
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.cross_encoder import CrossEncoder
from assistant.domain import Citation
from assistant.kinds import kind_asked
from assistant.matching import PassageReader, QuestionReader, Read, Weights, asked, match
from assistant.ranking import Aim, Ranked, rank
from assistant.subjects import asked_about
from assistant.supporting import SupportCheck
from assistant.trained import READ, TrainedJudge, features, kind_lacking, once
from knowledge.domain import BlockKind, Passage
from knowledge.embedding import LocalEmbeddings, TokenStates
from training import campaigns, packs, public, sections
from training.domain import Example, Place
from training.facets import for_measuring, load_facets

OWN = ("packs", "sections", "campaigns")
"""Sources of the field: what was written for this project."""
PER_RANK = 26.0
"""What is close in rank was set for ranks by words (`assistant.choosing`): log-odds are brought to a size at which what
is said beside the best is less than about 0.8 behind it. On held-out campaigns that gave most of what answers."""

_PACKS, _SECTIONS, _CAMPAIGNS, _PUBLIC, _ASKED = 480, 800, 2000, 100, 60


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

    def kind_lacking(self, by_words: float) -> float:
        """What is taken off the log-odds."""
        return kind_lacking(self.aim, self.ranked[self.best_first(by_words)[0]])


def held_out(data: Path, seed: int) -> Iterator[Example]:
    """Templates and packs that were held out, and public questions that training left over."""
    facets = [for_measuring(facet) for facet in load_facets()]
    yield from itertools.islice(packs.examples(facets, seed, asked=_ASKED), _PACKS)
    yield from _some(sections.examples(seed, held_out=True, whole=True), _SECTIONS, seed)
    yield from _some(campaigns.examples(seed, held_out=True), _CAMPAIGNS, seed)
    yield from public.unused(data, seed, each=_PUBLIC)


def seen_of(examples: Iterable[Example]) -> Iterator[Seen]:
    """Each as the reader would see it, in the same order; those that nothing can be read of are left out."""
    eyes, judge = _Eyes(), TrainedJudge(CrossEncoder())
    for example, looked in eyes.looked_at(examples):
        if not looked.ranked:
            continue
        odds = judge.read(looked.question, looked.ranked[:READ], looked.passages)
        truth = tuple(_answers(example, looked, one) for one in looked.ranked)
        yield Seen(example.source, looked.aim, looked.ranked, odds, truth, bool(example.answers))


def supported_of(examples: Iterable[Example]) -> Iterator[tuple[float, bool]]:
    """The model's log-odds that the first sentence supports each claim, and whether it does."""
    embeddings = LocalEmbeddings()
    questions, passages, model = QuestionReader(embeddings), PassageReader(embeddings), CrossEncoder()
    check = SupportCheck(questions, passages, model, line=0.0)
    for example in examples:
        place = example.places[0]
        quote = Citation(1, passages_of([place])[0], place.text[place.start : place.end])
        yield check.log_odds(example.question, [quote]), bool(example.answers)


def with_hard(examples: Iterable[Example]) -> Iterator[Example]:
    """The same, with the sentences that the reader would have read among the first and that don't answer as hard."""
    for example, looked in _Eyes().looked_at(examples):
        first = {(looked.text_of(one), one.match.text) for one in looked.ranked[:READ]}
        misleading = (
            position
            for position, place in enumerate(example.places)
            if any(place.text == text and _overlap(place, sentence) for text, sentence in first)
        )
        yield replace(example, hard=frozenset(misleading) - example.answers)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A question and its evidence after the reader's first step."""

    aim: Aim
    question: TokenStates
    passages: Sequence[Read]
    ranked: tuple[Ranked, ...]

    def text_of(self, one: Ranked) -> str:
        """The passage's text, by which the places of an example call it."""
        return self.passages[one.match.place].passage.id


class _Eyes:
    """What the reader does before it judges."""

    def __init__(self) -> None:
        embeddings = LocalEmbeddings()
        self._questions = QuestionReader(embeddings)
        self._passages = PassageReader(embeddings)

    def looked_at(self, examples: Iterable[Example]) -> Iterator[tuple[Example, _Looked]]:
        waiting = list(examples)
        texts: dict[str, set[str]] = {}
        for example in waiting:
            texts.setdefault(example.source, set()).update(place.text for place in example.places)
        weights = {source: Weights.of(own) for source, own in texts.items()}
        for number, example in enumerate(waiting):
            if number % 200 == 0:
                print(f"{number} of {len(waiting)} questions read", file=sys.stderr, flush=True)
            yield example, self._look(example, weights[example.source])

    def _look(self, example: Example, weights: Weights) -> _Looked:
        passages = self._passages.read(passages_of(example.places))
        text = example.question.rstrip("?!. ")
        question = self._questions.token_states([text])[0]
        aim = Aim(text, asked(text, question, weights), kind_asked(text), asked_about(text))
        ranked = once(rank(aim, match(aim.asked, passages), passages), passages)
        return _Looked(aim, question, passages, tuple(ranked))


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


def _answers(example: Example, looked: _Looked, one: Ranked) -> bool:
    """Whether a sentence as the reader cuts them is, or is part of, one that answers."""
    telling = (example.places[place] for place in example.answers)
    return any(place.text == looked.text_of(one) and _overlap(place, one.match.text) for place in telling)


def _overlap(place: Place, sentence: str) -> bool:
    own = place.text[place.start : place.end]
    return sentence in own or own in sentence


def _some(examples: Iterable[Example], most: int, seed: int) -> list[Example]:
    every = list(examples)
    return random.Random(seed).sample(every, min(most, len(every)))  # noqa: S311 - a sample, no secret
