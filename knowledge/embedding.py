"""The local embedding model as a LangChain Embeddings. The only module that knows its tokenizer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.onnx_files import ModelFile, Session, open_session

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]

_SPECIALS = 2
_MADE_BY = "training/export_embedding.py"
# Padded tokens in one pass. Larger batches are no faster (docs/embedding.md) and take more memory.
_BATCH_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model lies (`model.onnx`, `tokenizer.json`) and the SHA-256 that both files must have."""

    name: str
    folder: Path
    model_sha256: str
    tokenizer_sha256: str

    @property
    def model(self) -> ModelFile:
        return ModelFile(self.folder / "model.onnx", self.model_sha256, _MADE_BY)

    @property
    def tokenizer(self) -> ModelFile:
        return ModelFile(self.folder / "tokenizer.json", self.tokenizer_sha256, _MADE_BY)


ALL_MINILM = ModelFiles(
    name="all-MiniLM-L6-v2-int8",
    folder=Path(__file__).parent / "models" / "all-MiniLM-L6-v2",
    model_sha256="2e67865b2936cbba29033505c82f4aecc2506617eb2bb1ac4b61c389a752b833",
    tokenizer_sha256="5fd1c882abbd30517dced455a2c9768945ec726b96727927e4959348d9de550b",
)


@dataclass(frozen=True, slots=True)
class TokenStates:
    """What the model made of one text, from one pass.

    `states` is (tokens, 384), rows of unit length, without the two special tokens; `offsets` are the character spans
    of the same tokens in the text; `vector` is (384,), of unit length: what `vectors` gives for the text. `lower` is
    (tokens + 2, 384), as the third of the six layers leaves them, the special tokens first and last.
    """

    states: Vectors
    offsets: tuple[tuple[int, int], ...]
    vector: Vectors
    lower: Vectors


class LocalEmbeddings(Embeddings):
    """all-MiniLM-L6-v2 on the processor, from files of the repository; loaded at the first text, safe between threads.

    What a text holds beyond `max_tokens` (as `count_tokens` counts) is not read.
    """

    dimensions = 384
    max_tokens = 256 - _SPECIALS

    def __init__(self, threads: int = 2, *, files: ModelFiles = ALL_MINILM) -> None:
        self.name = f"{files.name}-{files.model_sha256[:12]}"
        self._threads = threads
        self._files = files
        self._loading = Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in vector] for vector in self.vectors(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text, (texts, 384)."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for positions, batch in self._batches(texts):
            vectors[positions] = self._run(["sentence"], batch)[0]
        return vectors

    def token_states(self, texts: Sequence[str]) -> list[TokenStates]:
        """The states of every token and the vector of every text, for comparing texts word by word."""
        found: dict[int, TokenStates] = {}
        for positions, batch in self._batches(texts):
            states, vectors, lower = self._run(["token_states", "sentence", "lower_states"], batch)
            for row, position in enumerate(positions):
                offsets = tuple(batch[row].offsets[1 : self.max_tokens + 1][: len(batch[row]) - _SPECIALS])
                own = states[row, 1 : len(offsets) + 1]
                lengths = np.linalg.norm(own, axis=1, keepdims=True)
                found[position] = TokenStates(
                    own / lengths, offsets, vectors[row], lower[row, : len(offsets) + _SPECIALS]
                )
        return [found[position] for position in range(len(texts))]

    def count_tokens(self, text: str) -> int:
        """Tokens of the text as the model sees it, without the two special ones; not cut at `max_tokens`."""
        return len(self._tokenizer.encode(_encodable(text), add_special_tokens=False))

    def _batches(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list["Encoding"]]]:
        """Texts of like length together, so that little is padded, with their positions in `texts`."""
        encodings = self._tokenizer.encode_batch([_encodable(text) for text in texts])
        positions: list[int] = []
        for position in sorted(range(len(texts)), key=lambda position: len(encodings[position])):
            length = min(len(encodings[position]), self.max_tokens + _SPECIALS)
            if positions and (len(positions) + 1) * length > _BATCH_TOKENS:
                yield positions, [encodings[known] for known in positions]
                positions = []
            positions.append(position)
        if positions:
            yield positions, [encodings[known] for known in positions]

    def _run(self, outputs: list[str], batch: Sequence["Encoding"]) -> list[Any]:
        limit = self.max_tokens + _SPECIALS
        longest = min(max(len(encoding) for encoding in batch), limit)
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(batch):
            kept = encoding.ids if len(encoding) <= limit else [*encoding.ids[: limit - 1], encoding.ids[-1]]
            ids[row, : len(kept)] = kept
            mask[row, : len(kept)] = 1
        return list(self._session.run(outputs, {"input_ids": ids, "attention_mask": mask}))

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return Tokenizer.from_file(self._files.tokenizer.verified())

    @property
    def _session(self) -> Session:
        with self._loading:
            return self._loaded_session

    @cached_property
    def _loaded_session(self) -> Session:
        return open_session(self._files.model, threads=self._threads)


def _encodable(text: str) -> str:
    """The text, as long as it was, without the lone surrogates that JSON may bring and no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()
