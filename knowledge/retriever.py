"""The search as a LangChain retriever, for chains and tracing that others bring. Nothing of ours needs it."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from knowledge.domain import Evidence
from knowledge.search import PassageSearch


class PackRetriever(BaseRetriever):
    """Finds passages of a pack. `ainvoke` searches in a thread, so that nobody else waits."""

    search: PassageSearch
    limit: int = 8

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain passes it by name)
    ) -> list[Document]:
        return [_document(evidence) for evidence in self.search.find(query, limit=self.limit)]


def _document(evidence: Evidence) -> Document:
    passage = evidence.passage
    metadata = {
        "id": passage.id,
        "document": passage.document,
        "heading": list(passage.heading),
        "page": passage.page,
        "score": evidence.score,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)
