import asyncio
import json
import math
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from knowledge.domain import BlockKind, Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.lexical import LexicalIndex, best
from knowledge.retriever import PackRetriever
from knowledge.search import ExactIndex, PassageSearch, words_of
from knowledge.surroundings import surroundings

MEETINGS, PLACE = ("The role", "Meetings"), ("The role", "Place")
DUTIES = ("review notified cases", "publish an annual report", "advise ministers", "lead regional work")
WORDS = st.lists(st.sampled_from("panel meets fortnightly report pay not who when cases advise".split()), max_size=12)


class WordEmbeddings(Embeddings):
    """Texts that share words are near each other, on every machine and every run."""

    def embed_query(self, text: str) -> list[float]:
        vector = [0.0] * 64
        for word in text.lower().split():
            vector[zlib.crc32(word.strip(".,?!").encode()) % 64] += 1.0
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


def passage(order: int, text: str, heading: tuple[str, ...] = (), group: int = 0, document: str = "pack") -> Passage:
    return Passage(
        id=f"p{order}",
        document=document,
        title="Pack",
        heading=heading,
        text=text,
        kind=BlockKind.LIST_ITEM if group else BlockKind.PARAGRAPH,
        lead_in="Members will:" if group else "",
        label="",
        page=order + 1,
        start=0,
        end=len(text),
        group=group,
        order=order,
    )


def indexed(passages: Sequence[Passage], embeddings: Embeddings) -> ExactIndex:
    vectors = np.array(embeddings.embed_documents([each.searchable for each in passages]), dtype=np.float32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return ExactIndex(tuple(passages), vectors / lengths)


def pack() -> list[Passage]:
    texts = [
        ("The full panel convenes fortnightly, on Tuesdays.", MEETINGS, 0),
        ("Members are expected to prepare beforehand.", MEETINGS, 0),
        ("Remuneration is £301 for each day worked.", ("The role", "Terms"), 0),
        *((duty, ("The role", "Responsibilities"), 1) for duty in DUTIES),
        ("Offices are in London; form CSP/7 must be used to claim travel.", PLACE, 0),
    ]
    return [passage(order, *rest) for order, rest in enumerate(texts)]


@pytest.fixture(scope="module")
def search() -> PassageSearch:
    embeddings = LocalEmbeddings()
    return PassageSearch(indexed(pack(), embeddings), embeddings)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("How much money would I earn?", 2),
        ("What is CSP/7?", 7),
        ("how often would I meet", 0),
        ("advising a minister", 5),
    ],
    ids=["no word in common", "a code", "another form of the words", "stems"],
)
def test_a_question_finds_its_passage(search: PassageSearch, query: str, wanted: int) -> None:
    assert search.find(query)[0].passage.order == wanted


def test_words_of_headings_and_lead_ins_count(search: PassageSearch) -> None:
    assert {each.passage.group for each in search.find("What are the responsibilities of members?", limit=4)} == {1}


def test_the_words_to_look_for_may_be_others_than_the_question(search: PassageSearch) -> None:
    alone = search.find("And where?")
    with_turns = search.find("And where?", lexical_query=words_of(["CSP/7", "travel claim form", "x", "And where?"]))

    assert {each.passage.order: each.dense for each in alone} == {each.passage.order: each.dense for each in with_turns}
    assert max(each.lexical for each in alone) == 0 < max(each.lexical for each in with_turns)
    assert words_of(["first", "second", "third", "fourth"]) == "second third fourth"


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(WORDS.map(" ".join), min_size=1, max_size=70), query=WORDS.map(" ".join), limit=st.integers(1, 80)
)
def test_whatever_is_asked_the_evidence_is_ranked_and_scored_on_both_sides(
    texts: list[str], query: str, limit: int
) -> None:
    embeddings = WordEmbeddings()
    index = indexed([passage(order, text) for order, text in enumerate(texts)], embeddings)
    vector = np.array(embeddings.embed_query(query), dtype=np.float32)
    vector /= max(float(np.linalg.norm(vector)), 1e-9)
    lexical = LexicalIndex(texts).scores(query)

    found = PassageSearch(index, embeddings).find(query, limit=limit)

    ranks = [(-round(each.score, 6), each.passage.order) for each in found]
    assert ranks == sorted(set(ranks))
    assert len(found) == min(limit, len(texts))
    for each in found:
        assert 0 <= each.score <= 1
        assert each.dense == pytest.approx(float(index.vectors[each.passage.order] @ vector), abs=1e-6)
        assert each.lexical == pytest.approx(float(lexical[each.passage.order]))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=20), query=WORDS)
def test_lexical_scores_are_those_of_the_bm25_formula(texts: list[list[str]], query: list[str]) -> None:
    found = LexicalIndex(map(" ".join, texts), stop_words=frozenset()).scores(" ".join(query))

    mean = sum(map(len, texts)) / len(texts)
    for text, score in zip(texts, found, strict=True):
        expected = 0.0
        for word in query:
            known = sum(word in other for other in texts)
            rarity = math.log(1 + (len(texts) - known + 0.5) / (known + 0.5))
            times = text.count(word)
            expected += rarity * times / (times + 0.9 * (0.6 + 0.4 * len(text) / mean)) if times else 0.0
        assert float(score) == pytest.approx(expected, rel=1e-4)


def test_negations_and_question_words_are_looked_for_and_fillers_are_not() -> None:
    index = LexicalIndex(
        ["Civil servants may not apply.", "It is what it is, and that is it.", "Ministers decide when."]
    )

    assert index.scores("is it the that of").tolist() == [0, 0, 0]
    assert index.scores("not").argmax() == 0
    assert index.scores("when").argmax() == 2


def test_words_match_across_accents_apostrophes_and_case() -> None:
    index = LexicalIndex(["Siân’s CAFÉ", "nothing of the kind"])

    assert index.scores("sian's").argmax() == index.scores("cafe").argmax() == 0
    assert index.scores("sian's")[0] > 0 < index.scores("cafe")[0]


@given(scores=st.lists(st.integers(0, 9), max_size=60), limit=st.integers(1, 70))
def test_the_best_are_the_highest_scores_above_none(scores: list[int], limit: int) -> None:
    chosen = best(np.array(scores, dtype=np.float32), limit)

    assert len(set(chosen.tolist())) == len(chosen)
    wanted = sorted((score for score in scores if score), reverse=True)[:limit]
    assert sorted((scores[position] for position in chosen), reverse=True) == wanted


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 60), limit=st.integers(1, 70))
def test_exact_search_agrees_with_sorting_every_cosine(seed: int, count: int, limit: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, 8)).astype(np.float32)
    index = ExactIndex(tuple(passage(order, "") for order in range(count)), vectors)
    cosines = vectors @ vectors[0]

    assert [position for position, _ in index.nearest(vectors[0], limit)] == np.argsort(-cosines)[:limit].tolist()


def test_a_list_that_one_item_was_found_of_is_brought_whole_and_in_order(search: PassageSearch) -> None:
    found = search.find_with_surroundings("Who advises ministers?", limit=1)

    assert found[0].passage.text == "advise ministers"
    items = [each.passage.text for each in found if each.passage.group == 1]
    assert items[1:] == [duty for duty in DUTIES if duty != "advise ministers"]


def test_passages_that_are_brought_along_have_their_own_scores(search: PassageSearch) -> None:
    query = "Who advises ministers?"
    every = {each.passage.order: each for each in search.find(query, limit=50)}

    for each in search.find_with_surroundings(query, limit=1):
        own = every[each.passage.order]
        assert each.dense == pytest.approx(own.dense, abs=1e-6)
        assert each.lexical == own.lexical


def test_the_passage_beside_is_brought_only_under_the_same_heading_of_the_same_document() -> None:
    passages = [
        passage(0, "a", MEETINGS, document="annex"),
        passage(1, "b", MEETINGS),
        passage(2, "c", MEETINGS),
        passage(3, "d", PLACE),
    ]

    assert sorted(surroundings({2: 1.0}, passages, at_most=9)) == [1, 2]
    assert sorted(surroundings({1: 1.0}, passages, at_most=9)) == [1, 2]


@settings(deadline=None)
@given(
    groups=st.lists(st.integers(0, 3), min_size=1, max_size=60),
    found=st.dictionaries(st.integers(0, 59), st.floats(0, 1), max_size=12),
    at_most=st.integers(0, 30),
)
def test_surroundings_are_bounded_lose_nothing_and_never_outdo_what_brought_them(
    groups: list[int], found: dict[int, float], at_most: int
) -> None:
    passages = [passage(order, "", group=group) for order, group in enumerate(groups)]
    found = {position: score for position, score in found.items() if position < len(passages)}

    wanted = surroundings(found, passages, at_most=at_most)

    assert found.keys() <= wanted.keys()
    assert len(wanted) <= max(at_most, len(found))
    assert all(found.get(position, 0) <= score <= max(found.values()) for position, score in wanted.items())


def test_langchain_gets_documents_with_their_place(search: PassageSearch) -> None:
    retriever = PackRetriever(search=search, limit=3)

    documents = retriever.invoke("How much money would I earn?")

    assert len(documents) == 3
    assert documents[0].page_content == "Remuneration is £301 for each day worked."
    assert documents[0].metadata["id"] == "p2"
    assert documents[0].metadata["heading"] == ["The role", "Terms"]
    assert (documents[0].metadata["document"], documents[0].metadata["page"]) == ("pack", 3)
    assert asyncio.run(retriever.ainvoke("How much money would I earn?")) == documents


def test_a_search_does_not_import_langchains_retrievers_nor_its_own_engines() -> None:
    heavy = ["bm25s", "onnxruntime", "tokenizers", "tiktoken", "chromadb", "openai"]
    code = f"import sys, knowledge.search, knowledge.tokens; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


class _EmbeddingServer(BaseHTTPRequestHandler):
    """Speaks OpenAI's API as servers do that take strings only and give vectors of any length."""

    def do_POST(self) -> None:
        asked: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        rows = []
        for place, text in enumerate(texts):
            vector = [3 * number for number in WordEmbeddings().embed_query(text)]
            rows.append({"object": "embedding", "index": place, "embedding": vector})
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        body = json.dumps({"object": "list", "data": rows, "model": asked["model"], "usage": usage}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def embedding_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _EmbeddingServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def test_embeddings_of_another_server_serve_as_well(embedding_server: str) -> None:
    embeddings = OpenAIEmbeddings(
        model="some-model", base_url=embedding_server, api_key=SecretStr("none"), check_embedding_ctx_length=False
    )
    found = PassageSearch(indexed(pack(), embeddings), embeddings).find("Remuneration for each day")

    assert found[0].passage.order == 2
    assert all(-1.0001 <= each.dense <= 1.0001 for each in found)
