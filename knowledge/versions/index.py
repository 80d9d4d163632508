"""Index: one version of the index, opened for reading."""

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from knowledge.domain import Campaign, Passage
from knowledge.versions.contents import Contents, DocumentInfo, Vectors
from knowledge.versions.manifest import Manifest
from knowledge.versions.neighbours import ChromaNeighbours, NeighboursError, exact

_REST_SECONDS = 30.0

_log = logging.getLogger(__name__)


class Index:
    """The passages of one version and their vectors; safe between threads.

    `problem` is empty, or says why Chroma does not serve this version; search is then exact, and slower.
    """

    def __init__(
        self,
        manifest: Manifest,
        contents: Contents,
        *,
        neighbours: ChromaNeighbours | None,
        problem: str,
        release: Callable[[], object],
    ) -> None:
        self.version = manifest.version
        self.embedder = manifest.embedder
        self.pack_version = contents.header.pack_version
        self.campaign: Campaign = contents.header.campaign
        self.documents: tuple[DocumentInfo, ...] = contents.header.documents
        self.passages: tuple[Passage, ...] = contents.passages
        self.vectors: Vectors = contents.vectors
        self.problem = problem
        self._by_id = {passage.id: passage for passage in contents.passages}
        self._neighbours = neighbours
        self._unreached = manifest.unreached
        self._release = release
        self._rests_until = 0.0

    @property
    def engine(self) -> Literal["chroma", "exact"]:
        return "exact" if self._neighbours is None or time.monotonic() < self._rests_until else "chroma"

    def passage(self, id: str) -> Passage | None:
        return self._by_id.get(id)

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Positions in `passages` with their cosines, nearest first. `vector` is (dimensions,), of unit length."""
        limit = min(limit, len(self.passages))
        positions = sorted({*self._near(vector, limit), *self._unreached})
        cosines = self.vectors[positions] @ vector
        found = [(position, float(cosine)) for position, cosine in zip(positions, cosines, strict=True)]
        return sorted(found, key=lambda each: -each[1])[:limit]

    def close(self) -> None:
        if self._neighbours is not None:
            self._neighbours.close()
            self._neighbours = None
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _near(self, vector: Vectors, limit: int) -> list[int]:
        neighbours = self._neighbours
        if neighbours is None or time.monotonic() < self._rests_until:
            return exact(self.vectors, vector, limit)
        try:
            found = neighbours.nearest(vector[None, :], limit)[0]
        except NeighboursError as error:
            # One slow failure is enough: the questions that follow don't wait for it again.
            self._rests_until = time.monotonic() + _REST_SECONDS
            self.problem = f"Chroma failed while {error}; search is exact meanwhile"
            _log.warning("%s", self.problem)
            return exact(self.vectors, vector, limit)
        self.problem = ""
        return found
