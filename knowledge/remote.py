"""An embedding model behind an API, made to look like the local one."""

from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge.embedding import Vectors
from knowledge.onnx_files import ModelError
from knowledge.tokens import count_tokens


class RemoteEmbeddings(Embeddings):
    """Any LangChain `Embeddings` under a name that goes into the index, with rows of unit length."""

    max_tokens = 8191
    """What OpenAI's embedding models read of one text."""

    def __init__(self, client: Embeddings, *, name: str) -> None:
        self.name = name
        self._client = client

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in vector] for vector in self.vectors(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text. ModelError when the server fails."""
        from openai import OpenAIError

        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        try:
            found = np.asarray(self._client.embed_documents(list(texts)), dtype=np.float32)
        except OpenAIError as error:
            raise ModelError(
                f"The embedding model {self.name} can't be used ({type(error).__name__}): check OPENAI_API_KEY, "
                "OPENAI_BASE_URL and EMBEDDING_MODEL, or set EMBEDDING_MODEL=local and ingest again."
            ) from error
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        unit: Vectors = found / np.maximum(lengths, np.float32(1e-12))
        return unit

    def count_tokens(self, text: str) -> int:
        """Tokens by the tokenizer of OpenAI's current models."""
        return count_tokens(text)
