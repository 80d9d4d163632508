import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.cross_encoder import READER, CrossEncoder, Place
from assistant.matching import PassageReader
from knowledge.domain import BlockKind, Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.onnx_files import ModelError

TEXTS = (
    "Members receive £310 a day. The Chair of the Authority is appointed by the Minister.",
    "Applications must reach us by midday on 3 March. Late applications are not considered.",
    "The Board meets six times a year, in Leeds.",
)


@pytest.fixture(scope="module")
def embeddings() -> LocalEmbeddings:
    return LocalEmbeddings()


@pytest.fixture(scope="module")
def model() -> CrossEncoder:
    return CrossEncoder()


@pytest.fixture(scope="module")
def places(embeddings: LocalEmbeddings) -> list[Place]:
    read = PassageReader(embeddings).read([passage(text) for text in TEXTS])
    return [Place(one, number) for one in read for number in range(len(one.spans))]


def passage(text: str) -> Passage:
    return Passage(text, "pack", "", ("About the role",), text, BlockKind.PARAGRAPH, "", "", None, 0, len(text), 0, 0)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("How much would I be paid?", 0),
        ("who picks the chair", 1),
        ("What is the closing date?", 2),
        ("how often are the meetings", 4),
    ],
)
def test_the_sentence_that_answers_is_the_likeliest(
    embeddings: LocalEmbeddings, model: CrossEncoder, places: list[Place], question: str, best: int
) -> None:
    odds = model.log_odds(embeddings.token_states([question])[0].lower, places)

    assert int(odds.argmax()) == best


def test_a_sentence_is_judged_alike_in_any_company(
    embeddings: LocalEmbeddings, model: CrossEncoder, places: list[Place]
) -> None:
    question = embeddings.token_states(["How much would I be paid?"])[0].lower

    together = model.log_odds(question, places)
    alone = [float(model.log_odds(question, [place])[0]) for place in places]

    np.testing.assert_allclose(together, alone, atol=1e-3)


def test_it_is_judged_alike_however_many_ask_at_once(
    embeddings: LocalEmbeddings, model: CrossEncoder, places: list[Place]
) -> None:
    states = embeddings.token_states(["How much would I be paid?"])[0].lower
    alone = model.log_odds(states, places).tolist()

    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(lambda _: model.log_odds(states, places).tolist(), range(40)))

    assert at_once == [alone] * 40


def test_no_sentences_no_log_odds(embeddings: LocalEmbeddings, model: CrossEncoder) -> None:
    assert len(model.log_odds(embeddings.token_states(["Is it paid?"])[0].lower, [])) == 0


def test_the_model_card_gives_the_checksum_of_the_file() -> None:
    card = READER.path.with_name("README.md").read_text("utf-8")

    assert READER.sha256 == hashlib.sha256(READER.path.read_bytes()).hexdigest()
    assert READER.sha256 in card


def test_a_file_that_is_not_ours_is_named_and_not_loaded(tmp_path: Path, embeddings: LocalEmbeddings) -> None:
    changed = tmp_path / "model.onnx"
    changed.write_bytes(READER.path.read_bytes()[:-1])
    question = embeddings.token_states(["Is it paid?"])[0].lower
    read = PassageReader(embeddings).read([passage(TEXTS[0])])

    with pytest.raises(ModelError, match="restore it") as raised:
        CrossEncoder(file=replace(READER, path=changed)).log_odds(question, [Place(read[0], 0)])

    assert str(changed) in str(raised.value)
