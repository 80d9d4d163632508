"""The reader: part by part, which sentences of the evidence answer, and whether any does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from assistant.choosing import choose, names_its_list
from assistant.domain import Question
from assistant.kinds import kind_asked
from assistant.matching import PassageReader, QuestionReader, Read, Weights, asked, match
from assistant.missing import missing_words
from assistant.parts import parts_of
from assistant.ranking import Aim, Ranked, rank
from assistant.reading import Part, Reading, Support
from assistant.silence import Silence
from assistant.spelling import Speller
from assistant.subjects import Subject, asked_about, subjects
from knowledge.domain import Evidence, Passage
from knowledge.embedding import TokenStates
from knowledge.sentences import sentences

_MOST_PARTS = 4
_SHOWN_NEAR = 2
_WORDLESS = 1.5
"""Log-odds off where no passage has a word for what is asked about. On held-out campaigns a step more loses as many
right answers as wrong ones (`python -m training.wordless`).
"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The sentences, best first, and the log-odds that they answer.

    From `line` on they are taken to answer; below `near` they are not even near. `chances` are the probabilities of the
    first sentences, each by itself.
    """

    ranked: Sequence[Ranked]
    chances: Sequence[float]
    log_odds: float
    line: float
    near: float

    @property
    def answered(self) -> bool:
        return self.log_odds >= self.line


class Judge(Protocol):
    """Says of sentences, ranked by their words, whether they answer; it may rank them anew."""

    def judge(
        self, aim: Aim, question: TokenStates, ranked: Sequence[Ranked], passages: Sequence[Read]
    ) -> Judgement: ...


class SentenceReader:
    """Behind `assistant.reading.Reader`: splits the question, ranks the sentences, and has a judge decide.

    `silence` is the pack's; without, it counts as speaking of everything.
    """

    def __init__(
        self,
        questions: QuestionReader,
        passages: PassageReader,
        corpus: Iterable[Passage],
        judge: Judge,
        silence: Silence | None = None,
    ) -> None:
        texts = [passage.searchable for passage in corpus]
        self._questions = questions
        self._passages = passages
        self._weights = Weights.of(texts)
        self._speller = Speller([*_called(), *texts], questions.is_word)
        self._judge = judge
        self._silence = silence

    def read(self, question: Question, evidence: Sequence[Evidence]) -> Reading:
        """The first few parts of the question, each against all of the evidence."""
        texts = [self._speller.corrected(part) for part in parts_of(question.text)[:_MOST_PARTS]]
        states = self._questions.token_states(texts)
        passages = self._passages.read([found.passage for found in evidence])
        parts = []
        for text, state in zip(texts, states, strict=True):
            last = _last(text)
            aim = Aim(text, asked(text, state, self._weights), kind_asked(last), asked_about(last))
            parts.append(self._part(aim, state, evidence, passages))
        return Reading(tuple(parts))

    def _part(self, aim: Aim, state: TokenStates, evidence: Sequence[Evidence], passages: Sequence[Read]) -> Part:
        missing = missing_words(aim.text, self._silent_on(aim))
        ranked = rank(aim, match(aim.asked, passages), passages)
        if not ranked:
            return Part(aim.text, False, 0.0, (), (), missing)
        judged = self._judge.judge(aim, state, ranked, passages)
        if self._silence and self._silence.is_wordless(aim.subjects):
            judged = replace(judged, log_odds=judged.log_odds - _WORDLESS)
        answered = judged.answered or names_its_list(aim, ranked, evidence)
        best = judged.ranked[:_SHOWN_NEAR]
        near = tuple(Support(evidence[found.match.place], found.match.text, found.rank) for found in best)
        likeliest = tuple(
            Support(evidence[found.match.place], found.match.text, chance)
            for found, chance in zip(best, judged.chances, strict=False)
        )
        return Part(
            asked=aim.text,
            answered=answered,
            probability=chance_of(judged.log_odds),
            supports=choose(aim, judged.ranked, evidence, by_words=ranked) if answered else (),
            nearest=() if answered or judged.log_odds < judged.near else near,
            missing="" if answered else missing,
            likeliest=likeliest,
            line=round(chance_of(judged.line), 4),
        )

    def _silent_on(self, aim: Aim) -> Subject | None:
        subject = next(iter(aim.subjects), None)
        return subject if subject and self._silence and self._silence.is_on(subject) else None


def chance_of(log_odds: float) -> float:
    """The probability."""
    return 1 / (1 + float(np.exp(-log_odds)))


def _last(text: str) -> str:
    """The question itself, without what was said before it."""
    start, end = sentences(text)[-1]
    return text[start:end]


def _called() -> list[str]:
    """What the subjects are called: words that a candidate may misspell although the pack lacks them."""
    return [" ".join((subject.name, subject.search, subject.missing)) for subject in subjects()]
