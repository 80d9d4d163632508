"""The version of the pack being served, with all that questions need of it: search, and a reader that has read it."""

import asyncio
import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from assistant.answering import Opened
from assistant.cross_encoder import CrossEncoder
from assistant.domain import Question
from assistant.fact_sheet import FactSheet, FactSheetError, whole_texts
from assistant.kept_sheets import fingerprint, load_sheet
from assistant.matching import PassageReader, QuestionReader
from assistant.planted import WithoutPlanted, planted
from assistant.remembered import Readings
from assistant.secretariat.matching_approved import SameMeaning
from assistant.sentence_reader import SentenceReader
from assistant.silence import Silence
from assistant.subjects import asked_about
from assistant.supporting import SupportCheck
from assistant.tracing import retrieval
from assistant.trained import TrainedJudge, calibration, trained_by
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

_log = logging.getLogger(__name__)


@cache
def sheet_fingerprint() -> str:
    """What a fact sheet must be made from to be used here: the subjects and the reader of this program."""
    return fingerprint(trained_by())


class ServedPack:
    """Follows a store. With `read_ahead` passages are read before anybody asks, so that the first answers are quick.

    `remembered_bytes` bounds what is kept of passages that were read. `sheets` is where fact sheets lie. With
    `remembering` a question that was asked before is not looked up anew.
    """

    def __init__(
        self,
        store: PassageStore,
        embeddings: LocalEmbeddings | RemoteEmbeddings,
        *,
        read_ahead: bool = False,
        remembered_bytes: int = 128_000_000,
        sheets: Path | None = None,
        remembering: bool = False,
    ) -> None:
        self._reading = embeddings if isinstance(embeddings, LocalEmbeddings) else LocalEmbeddings()
        self._questions = QuestionReader(self._reading)
        self._model = CrossEncoder()
        self._embeddings = self._questions if embeddings is self._reading else embeddings
        self._passages = PassageReader(self._reading, most_bytes=remembered_bytes)
        self._supports = SupportCheck(self._questions, self._passages, self._model, line=calibration().support)
        self.same = SameMeaning(self._questions, self._passages, self._model)
        self._ahead = read_ahead
        self._sheets = sheets
        # Threads of its own: what takes a moment must not wait behind every question that is being judged.
        self._judging = ThreadPoolExecutor(os.cpu_count(), "judging") if remembering else None
        self._live = LiveIndex(store, prepare=self._opened)

    def start(self) -> None:
        """Serve the current version, and follow from now on."""
        self._live.start()

    def stop(self) -> None:
        """The version is closed when its last question has ended."""
        self._passages.stop()
        if self._judging:
            self._judging.shutdown(cancel_futures=True)
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
        if self._ahead:
            self._passages.read_ahead(usable.passages)
        sheet = _Sheet(self._sheets, index.version)
        reader = SentenceReader(
            self._questions,
            self._passages,
            usable.passages,
            TrainedJudge(self._model),
            Silence(whole_texts(usable.passages), sheet),
        )

        def find(question: Question) -> Sequence[Evidence]:
            with retrieval(index.campaign.id):
                return _found(search, usable.passages, question)

        readings = Readings(self._judging) if self._judging else asyncio.to_thread
        return Opened(index, find, reader, self._supports, sheet, readings)


class _Sheet:
    """The fact sheet of a version, which may be drawn up only after the version was opened; without, all else works."""

    def __init__(self, folder: Path | None, version: str) -> None:
        self._folder = folder
        self._version = version
        self._found: FactSheet | None = None

    def __call__(self) -> FactSheet | None:
        if self._found is None and self._folder is not None:
            try:
                self._found = load_sheet(self._folder, self._version, sheet_fingerprint())
            except FactSheetError as error:
                _log.warning("Served without its fact sheet: %s", error)
                self._folder = None
        return self._found


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
