import asyncio
import hashlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.embedding import ALL_MINILM, LocalEmbeddings
from knowledge.onnx_files import ModelError

# From transformers' BertModel and PyTorch with the published fp32 weights (mean of the last hidden states).
REFERENCE = [
    ("How often would I have to attend meetings?", "The Panel meets fortnightly, usually in London.", 0.2407),
    ("What does it pay?", "Remuneration\n£301 per day", 0.4038),
    ("Is the Panel independent of government?", "The deadline is noon on Friday 3 March.", -0.0359),
    ("What does it pay?", "The Panel meets fortnightly, usually in London.", 0.1511),
    ("Café crème, naïve façade", "cafe creme, naive facade", 1.0),
]


@pytest.fixture(scope="module")
def embeddings() -> LocalEmbeddings:
    return LocalEmbeddings()


@pytest.mark.parametrize(("first", "second", "cosine"), REFERENCE)
def test_texts_are_as_near_as_the_published_model_has_them(
    embeddings: LocalEmbeddings, first: str, second: str, cosine: float
) -> None:
    vectors = embeddings.vectors([first, second])

    assert float(vectors[0] @ vectors[1]) == pytest.approx(cosine, abs=0.02)


@settings(max_examples=15, deadline=None)
@given(texts=st.lists(st.text(max_size=120), min_size=1, max_size=12))
def test_a_vector_has_unit_length_and_does_not_depend_on_its_company(
    embeddings: LocalEmbeddings, texts: list[str]
) -> None:
    together = embeddings.vectors(texts)
    alone = np.vstack([embeddings.vectors([text]) for text in texts])

    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_all_ways_of_asking_give_the_same_vector(embeddings: LocalEmbeddings) -> None:
    text = "Members are paid for up to four days a month."
    vector = embeddings.vectors([text])[0].tolist()

    assert embeddings.embed_query(text) == vector
    assert embeddings.embed_documents([text]) == [vector]
    assert asyncio.run(embeddings.aembed_query(text)) == vector
    np.testing.assert_allclose(embeddings.token_states([text])[0].vector, vector, atol=1e-6)


def test_no_texts_are_no_vectors(embeddings: LocalEmbeddings) -> None:
    assert embeddings.vectors([]).shape == (0, embeddings.dimensions)
    assert embeddings.embed_documents([]) == []
    assert embeddings.token_states([]) == []


def test_what_stands_beyond_the_limit_is_not_read(embeddings: LocalEmbeddings) -> None:
    full = " ".join(["panel"] * embeddings.max_tokens)
    assert embeddings.count_tokens(full) == embeddings.max_tokens

    vectors = embeddings.vectors([full, f"{full} remuneration", f"remuneration {full}"])

    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)
    assert float(vectors[0] @ vectors[2]) < 0.999
    assert len(embeddings.token_states([f"{full} remuneration"])[0].offsets) == embeddings.max_tokens


def test_every_token_state_knows_the_letters_it_stands_for(embeddings: LocalEmbeddings) -> None:
    text = "  The Café’s safeguarding Panel: £301.50 \ud800 a day"

    states = embeddings.token_states(["short", text])[1]

    assert states.states.shape == (embeddings.count_tokens(text), embeddings.dimensions)
    np.testing.assert_allclose(np.linalg.norm(states.states, axis=1), 1, atol=1e-5)
    words = [text[start:end] for start, end in states.offsets]
    assert words[:2] == ["The", "Café"]
    assert "".join(words).replace(" ", "") == text.replace(" ", "")


def test_the_name_changes_with_the_model(embeddings: LocalEmbeddings) -> None:
    other = replace(ALL_MINILM, model_sha256="0" * 64)

    assert LocalEmbeddings(files=other).name != embeddings.name == LocalEmbeddings(threads=1).name


def test_the_model_card_gives_the_checksums_of_the_files() -> None:
    card = (ALL_MINILM.folder / "README.md").read_text("utf-8")

    for name in ("model.onnx", "tokenizer.json"):
        assert hashlib.sha256((ALL_MINILM.folder / name).read_bytes()).hexdigest() in card


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_file_that_is_not_ours_is_named_and_not_loaded(tmp_path: Path, name: str, damage: str) -> None:
    for known in ("model.onnx", "tokenizer.json"):
        (tmp_path / known).write_bytes((ALL_MINILM.folder / known).read_bytes())
    if damage == "changed":
        with (tmp_path / name).open("r+b") as file:
            file.seek(100_000)
            file.write(b"\x00\x01\x02")
    else:
        (tmp_path / name).unlink()

    with pytest.raises(ModelError, match="restore it") as raised:
        LocalEmbeddings(files=replace(ALL_MINILM, folder=tmp_path)).embed_query("How often does the Panel meet?")

    assert str(tmp_path / name) in str(raised.value)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was tried")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
def test_threads_that_ask_at_once_load_one_model_without_a_network() -> None:
    fresh, barrier = LocalEmbeddings(), threading.Barrier(6)

    def ask(_: int) -> list[float]:
        barrier.wait()
        return fresh.embed_query("How often does the Panel meet?")

    with ThreadPoolExecutor(6) as pool:
        vectors = list(pool.map(ask, range(6)))

    assert all(vector == vectors[0] for vector in vectors)
