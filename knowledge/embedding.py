"""The local embedding model as a LangChain Embeddings. The only module that knows ONNX and its tokenizer."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]

_SPECIALS = 2
# Padded tokens in one pass. Larger batches are no faster (docs/embedding.md) and take more memory.
_BATCH_TOKENS = 1024


class EmbeddingError(Exception):
    """The local model can't be used; the message names the file, what is wrong, and the remedy."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where a model lies (`model.onnx`, `tokenizer.json`) and the SHA-256 that both files must have."""

    name: str
    folder: Path
    model_sha256: str
    tokenizer_sha256: str


ALL_MINILM = ModelFiles(
    name="all-MiniLM-L6-v2-int8",
    folder=Path(__file__).parent / "models" / "all-MiniLM-L6-v2",
    model_sha256="d28e3c5e1e958ee7cf3a40f0411dda68f27c385919559646db3abefa2c053067",
    tokenizer_sha256="5fd1c882abbd30517dced455a2c9768945ec726b96727927e4959348d9de550b",
)


@dataclass(frozen=True, slots=True)
class TokenStates:
    """What the model made of one text, from one pass.

    `states` is (tokens, 384), rows of unit length, without the two special tokens; `offsets` are the character spans
    of the same tokens in the text; `vector` is (384,), of unit length: what `vectors` gives for the text.
    """

    states: Vectors
    offsets: tuple[tuple[int, int], ...]
    vector: Vectors


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
            states, vectors = self._run(["token_states", "sentence"], batch)
            for row, position in enumerate(positions):
                offsets = tuple(batch[row].offsets[1 : self.max_tokens + 1][: len(batch[row]) - _SPECIALS])
                own = states[row, 1 : len(offsets) + 1]
                lengths = np.linalg.norm(own, axis=1, keepdims=True)
                found[position] = TokenStates(own / lengths, offsets, vectors[row])
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

        return Tokenizer.from_file(_verified(self._files.folder / "tokenizer.json", self._files.tokenizer_sha256))

    @property
    def _session(self) -> "InferenceSession":
        with self._loading:
            return self._loaded_session

    @cached_property
    def _loaded_session(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        # Threads that spin while they wait take the other core from whoever else is answering.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        model = _verified(self._files.folder / "model.onnx", self._files.model_sha256)
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _encodable(text: str) -> str:
    """The text, as long as it was, without the lone surrogates that JSON may bring and no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()


def _verified(path: Path, expected: str) -> str:
    remedy = "restore it from the repository, or make it again with scripts/export_embedding.py"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbeddingError(f"{path} can't be read ({error.strerror}): {remedy}.") from error
    if found != expected:
        raise EmbeddingError(f"{path} is not the file it should be (SHA-256 {found}, expected {expected}): {remedy}.")
    return str(path)
