"""The version of the pack being served, with all that questions need of it: search, and a reader that has read it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from assistant.answering import Opened
from assistant.calibrated import CalibratedReader
from assistant.domain import Question
from assistant.matching import PassageReader, QuestionReader, Weights
from assistant.planted import WithoutPlanted, planted
from assistant.spelling import Speller
from assistant.subjects import asked_about, subjects
from knowledge.domain import BlockKind, Evidence, Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.live import LiveIndex
from knowledge.remote import RemoteEmbeddings
from knowledge.search import PassageSearch, words_of
from knowledge.store import Index, PassageStore

FOUND = 8
EVIDENCE = 20
"""Passages that are judged: those found, and with them the rest of their lists and what stands beside them."""

LONGEST_LIST = 60
"""Items up to which a list is read whole, however many passages that takes."""


class ServedPack:
    """Follows a store. With `read_ahead` passages are read before anybody asks, so that the first answers are quick.

    `remembered_bytes` bounds what is kept of passages that were read.
    """

    def __init__(
        self,
        store: PassageStore,
        embeddings: LocalEmbeddings | RemoteEmbeddings,
        *,
        read_ahead: bool = False,
        remembered_bytes: int = 64_000_000,
    ) -> None:
        self._reading = embeddings if isinstance(embeddings, LocalEmbeddings) else LocalEmbeddings()
        self._questions = QuestionReader(self._reading)
        self._embeddings = self._questions if embeddings is self._reading else embeddings
        self._passages = PassageReader(self._reading, most_bytes=remembered_bytes)
        self._ahead = read_ahead
        self._live = LiveIndex(store, prepare=self._opened)

    def start(self) -> None:
        """Serve the current version, and follow from now on."""
        self._live.start()

    def stop(self) -> None:
        """The version is closed when its last question has ended."""
        self._passages.stop()
        self._live.stop()

    def lease(self) -> AbstractContextManager[Opened]:
        """What one question works with from its beginning to its end. StoreError when nothing is served."""
        return self._live.lease()

    @property
    def ready(self) -> bool:
        return self._live.ready

    @property
    def problem(self) -> str:
        """Why the current version is not served, or only slowly; empty when all is well."""
        return self._live.problem

    def _opened(self, index: Index) -> Opened:
        left_out = planted(index.passages)
        usable = WithoutPlanted(index, left_out) if left_out else index
        search = PassageSearch(usable, self._embeddings)
        weights = Weights.of(passage.searchable for passage in usable.passages)
        speller = Speller(_vocabulary(usable.passages), lambda word: self._reading.count_tokens(word) == 1)
        if self._ahead:
            self._passages.read_ahead(usable.passages)
        reader = CalibratedReader(self._questions, self._passages, weights, speller)
        return Opened(index, lambda question: _found(search, usable.passages, question), reader)


def _found(search: PassageSearch, passages: Sequence[Passage], question: Question) -> Sequence[Evidence]:
    """Meaning is searched by the question alone, words also by the turns it follows and what its subject is called."""
    asked = words_of([*(turn.question for turn in question.history), question.text])
    called = [subject.search for subject in asked_about(question.text)[:2]]
    words = " ".join([asked, *called])
    found = search.find_with_surroundings(question.text, lexical_query=words, limit=FOUND, at_most=EVIDENCE)
    if cut := _cut_off(found, passages):
        at_most = len(found) + cut
        found = search.find_with_surroundings(question.text, lexical_query=words, limit=FOUND, at_most=at_most)
    return found


def _cut_off(found: Sequence[Evidence], passages: Sequence[Passage]) -> int:
    """How many items of the best list were left out: half a list would be taken for the whole."""
    best = next((one.passage for one in found if one.passage.kind is BlockKind.LIST_ITEM), None)
    if best is None:
        return 0
    known = {one.passage.id for one in found}
    listed = [one for one in passages if (one.document, one.kind, one.group) == (best.document, best.kind, best.group)]
    return sum(one.id not in known for one in listed) if len(listed) <= LONGEST_LIST else 0


def _vocabulary(passages: Sequence[Passage]) -> list[str]:
    asked = [" ".join((subject.name, subject.search, subject.missing)) for subject in subjects()]
    return [*asked, *(passage.searchable for passage in passages)]
