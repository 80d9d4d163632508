"""How well the sentences of the evidence fit a question, in figures: what a reader judges by.

Late interaction (ColBERT, Khattab and Zaharia 2020) over the token states of the embedding model: each word of the
question looks for its nearest word in a sentence. What no sentence comes near is what the pack does not say.
"""

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from threading import Event, Lock, Thread

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from assistant.wording import content_words, stem, stems, words
from knowledge.domain import Passage
from knowledge.embedding import LocalEmbeddings, TokenStates
from knowledge.sentences import sentences

Floats = NDArray[np.float32]

_OF_EVERY_CAMPAIGN = frozenset(
    stem(word) for word in "application applications apply applying appointment appoint candidate recruitment".split()
)
"""Words that tell little of what is asked: every question could hold them."""

_AUX = r"(?:is|are|am|was|were|do|does|did|can|could|will|would|should|shall|may|must|has|have|had)"
_FOCUS = re.compile(
    rf"\b(?:what|which|how many|how much|whose)\s+(?:(?:kind|sort|type)s? of\s+)?"
    rf"((?:(?!{_AUX}\b)[\w-]+\s+){{1,4}}?){_AUX}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """How telling a word is in this pack: its inverse document frequency over the passages, 0 to 1."""

    counts: Counter[str]
    passages: int

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Weights":
        counts: Counter[str] = Counter()
        passages = 0
        for text in texts:
            counts.update(set(stems(text)))
            passages += 1
        return cls(counts, passages)

    def of_stem(self, stemmed: str) -> float:
        """1 for a word that no passage has, near 0 for one that all have."""
        most = log(1 + (self.passages + 0.5) / 0.5)
        seen = self.counts[stemmed]
        return log(1 + (self.passages - seen + 0.5) / (seen + 0.5)) / most


@dataclass(frozen=True, slots=True)
class Match:
    """One sentence against one question. All figures are higher for a better fit.

    `near` cosine of each of the question's words with its nearest word in the sentence, headings or lead-in, `stands`
    whether it stands there by stem; `dense` cosine of question and sentence; `soft` weighted mean over the question's
    words of their nearest word in the sentence alone; `focus` the nearness of the noun asked for ("how many regions"),
    1 when none is.
    """

    place: int
    start: int
    end: int
    text: str
    near: Floats
    stands: NDArray[np.bool_]
    dense: float
    soft: float
    focus: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question made ready for matching: the words that carry its meaning, their weights and states.

    `focus` is the place among them of the noun asked for.
    """

    vector: Floats
    stems: tuple[str, ...]
    weights: Floats
    states: Floats
    focus: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """A passage made ready for matching: spans of its sentences in its text, and the tokens of each.

    `states` is (tokens, 384) in half precision, and so is `lower`, what the lower layers made of the same tokens;
    `around` are the tokens of the headings and the lead-in.
    """

    passage: Passage
    spans: tuple[tuple[int, int], ...]
    tokens: tuple[tuple[int, int], ...]
    around: tuple[int, int]
    states: NDArray[np.float16]
    lower: NDArray[np.float16]
    stems: tuple[frozenset[str], ...]
    stems_around: frozenset[str]

    @property
    def bytes(self) -> int:
        """What it takes in memory, nearly."""
        return self.states.nbytes + self.lower.nbytes


def asked(question: str, states: TokenStates, weights: Weights) -> Asked:
    """The words of a question that carry its meaning, with the mean state of each."""
    carrying = set(content_words(question)) or set(words(question))
    rows: list[Floats] = []
    kept: list[str] = []
    for start, end in _word_spans(question):
        word = question[start:end].lower().replace("’", "'")
        own = [row for row, (begin, finish) in enumerate(states.offsets) if begin >= start and finish <= end]
        if word in carrying and own and stem(word) not in kept:
            rows.append(_unit(states.states[own].mean(axis=0)))
            kept.append(stem(word))
    matrix = np.stack(rows) if rows else np.zeros((0, states.states.shape[1]), dtype=np.float32)
    weighed = np.array([_weight(one, weights) for one in kept], dtype=np.float32)
    return Asked(states.vector, tuple(kept), weighed, matrix, _focus(question, kept))


class QuestionReader(Embeddings):
    """The local model, through which a question goes once: search wants its vector, and then judging its token states.

    The last few texts are remembered for that. Several at once are not: batched, a text has slightly other states.
    """

    def __init__(self, embeddings: LocalEmbeddings, *, most: int = 32) -> None:
        self._embeddings = embeddings
        self._read = lru_cache(maxsize=most)(lambda text: embeddings.token_states([text])[0])

    def token_states(self, texts: Sequence[str]) -> list[TokenStates]:
        return [self._read(texts[0])] if len(texts) == 1 else self._embeddings.token_states(texts)

    def is_word(self, text: str) -> bool:
        """Whether the model knows it as one word."""
        return self._embeddings.count_tokens(text) == 1

    def embed_query(self, text: str) -> list[float]:
        # As the parts of a question come to be judged: without the mark at their end.
        vector: list[float] = self._read(text.rstrip("?!. ") or text).vector.tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embeddings.embed_documents(texts)


class PassageReader:
    """Reads passages through the embedding model and remembers them: the model takes far longer than all the rest.

    `most_bytes` bounds the token states that are kept (in half precision); the least lately used go first.
    """

    def __init__(self, embeddings: LocalEmbeddings, *, most_bytes: int = 128_000_000) -> None:
        self._embeddings = embeddings
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Read] = OrderedDict()
        self._lock = Lock()
        self._stopped = Event()

    def read(self, passages: Sequence[Passage]) -> list[Read]:
        """The passages with the state of every token; what is not in memory goes through the model in one batch."""
        with self._lock:
            known = {passage.id: self._kept[passage.id] for passage in passages if passage.id in self._kept}
            for id in known:
                self._kept.move_to_end(id)
        unknown = [passage for passage in passages if passage.id not in known]
        states = self._embeddings.token_states([passage.searchable for passage in unknown])
        for passage, own in zip(unknown, states, strict=True):
            known[passage.id] = self._keep(_read(passage, own))
        return [known[passage.id] for passage in passages]

    def read_ahead(self, passages: Sequence[Passage]) -> None:
        """Reads behind the questions that come meanwhile, as far as the memory reaches or until `stop`."""
        # No daemon: one that is inside the model when the process ends takes it down with it.
        Thread(target=self._read_ahead, args=(passages,), name="read-ahead").start()

    def stop(self) -> None:
        """Ends the reading ahead after the passage that is being read."""
        self._stopped.set()

    def _read_ahead(self, passages: Sequence[Passage]) -> None:
        for passage in passages:
            if self._stopped.is_set() or self._bytes >= 0.9 * self._most_bytes:
                return
            self.read([passage])

    def _keep(self, passage: Read) -> Read:
        with self._lock:
            if passage.passage.id not in self._kept:
                self._kept[passage.passage.id] = passage
                self._bytes += passage.bytes
            while self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].bytes
        return passage


def match(question: Asked, evidence: Sequence[Read]) -> list[Match]:
    """Every sentence of the evidence against the question, in the order they stand in."""
    return [found for place, passage in enumerate(evidence) for found in _match(question, place, passage)]


def _match(question: Asked, place: int, passage: Read) -> list[Match]:
    if not len(question.stems) or not len(passage.states):
        return []
    states = passage.states.astype(np.float32)
    near = question.states @ states.T
    total = float(question.weights.sum())
    first, last = passage.around
    around = near[:, first:last].max(axis=1) if last > first else np.full(len(question.stems), -1.0, dtype=np.float32)
    found = []
    for (start, end), (begin, finish), own in zip(passage.spans, passage.tokens, passage.stems, strict=True):
        if finish <= begin:
            continue
        nearest = near[:, begin:finish].max(axis=1)
        with_around = np.maximum(nearest, 0.95 * around)
        sentence = _unit(states[begin:finish].mean(axis=0))
        found.append(
            Match(
                place=place,
                start=start,
                end=end,
                text=passage.passage.text[start:end],
                near=with_around,
                stands=np.array([one in own or one in passage.stems_around for one in question.stems], dtype=bool),
                dense=float(question.vector @ sentence),
                soft=float(question.weights @ nearest) / total,
                focus=1.0 if question.focus is None else float(with_around[question.focus]),
            )
        )
    return found


def _read(passage: Passage, states: TokenStates) -> Read:
    text = passage.searchable
    lead = len(text) - len(passage.text)
    spans = tuple(sentences(passage.text))
    starts = np.array([begin for begin, _ in states.offsets], dtype=np.int64)
    tokens = tuple(
        (int(np.searchsorted(starts, start + lead)), int(np.searchsorted(starts, end + lead))) for start, end in spans
    )
    return Read(
        passage=passage,
        spans=spans,
        tokens=tokens,
        around=(0, int(np.searchsorted(starts, lead))),
        states=states.states.astype(np.float16),
        lower=states.lower[1:-1].astype(np.float16),
        stems=tuple(frozenset(stems(passage.text[start:end])) for start, end in spans),
        stems_around=frozenset(stems(text[:lead])),
    )


def _weight(stemmed: str, weights: Weights) -> float:
    share = 0.4 if stemmed in _OF_EVERY_CAMPAIGN else 1.0
    return share * (0.15 + weights.of_stem(stemmed))


def _focus(question: str, kept: Sequence[str]) -> int | None:
    """ "Which civil service grade do members hold" asks for a grade."""
    found = _FOCUS.search(question)
    nouns = [stem(word) for word in words(found[1])] if found else []
    return next((kept.index(noun) for noun in reversed(nouns) if noun in kept), None)


def _word_spans(text: str) -> list[tuple[int, int]]:
    spans = []
    begin = 0
    lowered = text.lower().replace("’", "'")
    for word in words(text):
        start = lowered.index(word, begin)
        begin = start + len(word)
        spans.append((start, begin))
    return spans


def _unit(vector: Floats) -> Floats:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
