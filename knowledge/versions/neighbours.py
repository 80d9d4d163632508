"""Which vectors are near a vector: Chroma, and the exact search that stands in for it.

The only module that knows Chroma, which is imported when first used: that takes longer than all else a search needs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from knowledge.versions.contents import Vectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection
    from chromadb.config import Settings

Report = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is to do."""

CHROMA = version("chromadb")

_COLLECTION = "passages"
_TOKEN = "x-chroma-token"  # nosec B105  # noqa: S105 - the name of a header
# Persisted with every add: what stays in the log alone is indexed anew by each reader at its first question.
_PERSIST_ALWAYS = 2
_HNSW: "CreateCollectionConfiguration" = {
    "hnsw": {
        "space": "cosine",
        "max_neighbors": 24,
        "ef_construction": 150,
        "ef_search": 200,
        "batch_size": _PERSIST_ALWAYS,
        "sync_threshold": _PERSIST_ALWAYS,
    }
}
_BUILD_SECONDS = 120.0
_ASK_SECONDS = 2.0
_CHECKED_AT_ONCE = 256
_SAME = 1 - 1e-5


class NeighboursError(Exception):
    """Chroma did not do what it was asked to; the message says what, and Chroma's own words."""


class ChromaNeighbours:
    """A collection of vectors, each known by its position."""

    def __init__(self, client: "Client", collection: "Collection") -> None:
        self._client = client
        self._collection = collection

    def nearest(self, vectors: Vectors, limit: int) -> list[list[int]]:
        """For each vector the positions near it, nearest first."""
        with _in_our_words("searching"):
            found = self._collection.query(query_embeddings=vectors, n_results=limit, include=[])
            return [[int(position) for position in row] for row in found["ids"]]

    def close(self) -> None:
        """Without this a client keeps its threads, handles and memory for the life of the process."""
        self._client.close()


def open_folder(folder: Path) -> ChromaNeighbours:
    """Chroma writes to the folder, even to read from it."""
    return _opened(_embedded(folder), _COLLECTION)


def open_server(url: str, collection: str) -> ChromaNeighbours:
    return _opened(_server(url, seconds=_ASK_SECONDS), collection)


def build_folder(folder: Path, vectors: Vectors, progress: Report) -> None:
    with closing(_embedded(folder)) as client:
        _fill(client, _COLLECTION, vectors, progress)


def build_on_server(url: str, collection: str, vectors: Vectors, progress: Report) -> None:
    """A collection of that name that is already whole is left as it is; one that a killed builder left is replaced."""
    with closing(_server(url, seconds=_BUILD_SECONDS)) as client:
        with _in_our_words(f"replacing {collection}"):
            if collection in {each.name for each in client.list_collections()}:
                if client.get_collection(collection, embedding_function=None).count() == len(vectors):
                    return
                client.delete_collection(collection)
        _fill(client, collection, vectors, progress)


def drop_from_server(url: str, collection: str) -> None:
    from chromadb.errors import NotFoundError

    with (
        closing(_server(url, seconds=_BUILD_SECONDS)) as client,
        _in_our_words(f"deleting {collection}"),
        suppress(NotFoundError),
    ):
        client.delete_collection(collection)


def size_on_server(url: str, collection: str) -> int:
    """How many vectors the collection holds; 0 where there is none."""
    from chromadb.errors import NotFoundError

    with closing(_server(url, seconds=_BUILD_SECONDS)) as client:
        with _in_our_words(f"reading {collection}"), suppress(NotFoundError):
            return client.get_collection(collection, embedding_function=None).count()
        return 0


def silent(_doing: str, _done: int, _all: int) -> None:
    """Report that nobody watches."""


def lost(
    neighbours: ChromaNeighbours, vectors: Vectors, positions: Sequence[int], progress: Report = silent
) -> list[int]:
    """The positions whose own vector does not bring them back first. One with the very same vector may stand for it."""
    missing = []
    for start in range(0, len(positions), _CHECKED_AT_ONCE):
        asked = list(positions[start : start + _CHECKED_AT_ONCE])
        for position, found in zip(asked, neighbours.nearest(vectors[asked], 1), strict=True):
            if not found or float(vectors[found[0]] @ vectors[position]) < _SAME:
                missing.append(position)
        progress("checking", start + len(asked), len(positions))
    return missing


def exact(vectors: Vectors, vector: Vectors, limit: int) -> list[int]:
    """The positions nearest to a vector, by comparing it with all: the reference, and what serves without Chroma."""
    cosines = vectors @ vector
    limit = min(limit, len(cosines))
    chosen = np.argpartition(-cosines, limit - 1)[:limit]
    return [int(position) for position in chosen[np.lexsort((chosen, -cosines[chosen]))]]


def _opened(client: "Client", collection: str) -> ChromaNeighbours:
    try:
        with _in_our_words("opening the collection"):
            return ChromaNeighbours(client, client.get_collection(collection, embedding_function=None))
    except NeighboursError:
        client.close()
        raise


def _embedded(folder: Path) -> "Client":
    with _in_our_words(f"opening {folder}"):
        import chromadb

        return cast("Client", chromadb.PersistentClient(str(folder), settings=_settings()))


def _server(url: str, *, seconds: float) -> "Client":
    """`url` may end in /TENANT/DATABASE and bring a token, which must not get into any message: https://:TOKEN@host."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = str(parts.hostname), parts.port or (443 if secure else 80)
    tenant, _, database = parts.path.strip("/").partition("/")
    headers = {_TOKEN: parts.password} if parts.password else {}
    with _in_our_words(f"reaching {parts.scheme}://{host}:{port}"):
        import chromadb
        import httpx
        from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT

        # Chroma waits for ever, also while its client is made, and has no setting for it.
        heartbeat = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/api/v2/heartbeat"
        httpx.get(heartbeat, headers=headers, timeout=seconds).raise_for_status()
        client = cast(
            "Client",
            chromadb.HttpClient(
                host,
                port,
                ssl=secure,
                headers=headers,
                tenant=tenant or DEFAULT_TENANT,
                database=database or DEFAULT_DATABASE,
                settings=_settings(),
            ),
        )
        cast(Any, client)._server._session.timeout = seconds
        return client


def _settings() -> "Settings":
    from chromadb.config import Settings

    # The file .env is ours, not Chroma's.
    return Settings(_env_file=None, anonymized_telemetry=False)  # type: ignore[call-arg]


def _fill(client: "Client", name: str, vectors: Vectors, progress: Report) -> None:
    with _in_our_words(f"adding {len(vectors)} vectors"):
        collection = client.create_collection(name, embedding_function=None, configuration=_HNSW)
        size = client.get_max_batch_size()
        for start in range(0, len(vectors), size):
            positions = range(start, min(start + size, len(vectors)))
            collection.add(ids=[str(position) for position in positions], embeddings=vectors[positions])
            progress("indexing", positions.stop, len(vectors))


@contextmanager
def _in_our_words(doing: str) -> Iterator[None]:
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, OSError, RuntimeError, ValueError) as error:
        raise NeighboursError(f"{doing}: {error}") from error
