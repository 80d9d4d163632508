"""Which passages share words with a question: BM25 over stems. The only module that knows bm25s and the stemmer."""

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from bm25s import BM25

Scores = NDArray[np.float32]

STOP_WORDS = frozenset(
    """a about again also am an and any are as at be because been being but by d did do does doing for from further had
    has have having he her here hers herself him himself his i if in into is it its itself just ll m me my myself now of
    off on or other our ours ourselves out own re s same she so some such t than that the their theirs them themselves
    then there these they this those through to too up ve very was we were while will with would you your yours yourself
    yourselves i'm i've i'd i'll it's that's there's you're you've you'd you'll we're we've we'd we'll
    they're""".split()
)
"""Words that say nothing of what is asked. How, when, who, not, only, all, must, may and before are not among them."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_MARK = re.compile(r"[\u0300-\u036f]")


class LexicalIndex:
    """BM25 of texts that don't change; safe between threads.

    k1 and b are those that Anserini uses for short passages, among which length says little (docs/search.md).
    """

    def __init__(self, texts: Iterable[str], *, stop_words: frozenset[str] = STOP_WORDS) -> None:
        self._stop_words = stop_words
        self._ids: dict[str, int] = {}
        rows = self._read(texts)
        self._texts = len(rows)
        self._bm25 = _bm25(rows, self._ids) if self._ids else None

    def scores(self, query: str) -> Scores:
        """The BM25 score of every text, (texts,), 0 where no word is shared; a word asked twice counts twice."""
        stem = _stemmer()
        stems = (stem(word) for word in _words(query) if word not in self._stop_words)
        ids = [self._ids[found] for found in stems if found in self._ids]
        if self._bm25 is None or not ids:
            return np.zeros(self._texts, dtype=np.float32)
        scores: Scores = self._bm25.get_scores_from_ids(ids)
        return scores

    def _read(self, texts: Iterable[str]) -> list[list[int]]:
        """The stems of every text as numbers; each word is stemmed once however often it stands."""
        stem, numbers = _stemmer(), dict[str, int | None]()
        rows = []
        for text in texts:
            row = []
            for word in _words(text):
                if word not in numbers:
                    stop = word in self._stop_words
                    numbers[word] = None if stop else self._ids.setdefault(stem(word), len(self._ids))
                if (number := numbers[word]) is not None:
                    row.append(number)
            rows.append(row)
        return rows


def best(scores: Scores, limit: int) -> NDArray[np.intp]:
    """The positions of the highest scores above 0, at most `limit`, in no order."""
    # Most are 0, and argpartition is at its slowest on equal numbers.
    shared = np.flatnonzero(scores)
    return shared if len(shared) <= limit else shared[np.argpartition(scores[shared], -limit)[-limit:]]


def _words(text: str) -> Sequence[str]:
    text = text.lower().replace("’", "'")
    if not text.isascii():
        text = _MARK.sub("", unicodedata.normalize("NFKD", text))
    return _WORD.findall(text)


def _stemmer() -> Callable[[str], str]:
    """Made anew each time: one must not be shared between threads, and it takes two microseconds."""
    import Stemmer

    stem: Callable[[str], str] = Stemmer.Stemmer("english").stemWord
    return stem


def _bm25(rows: list[list[int]], ids: dict[str, int]) -> "BM25":
    import bm25s

    # It asks for its debugging messages to be shown, whatever the program that uses it wants.
    logging.getLogger(bm25s.__name__).setLevel(logging.WARNING)
    bm25 = bm25s.BM25(method="lucene", k1=0.9, b=0.4)
    bm25.index((rows, ids), create_empty_token=False, show_progress=False)
    return bm25
