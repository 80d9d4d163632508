"""Over the real pack Chroma finds what exact search finds: for every question of the evals, and for each passage."""

import json

import numpy as np

from assistant.settings import ROOT
from knowledge.embedding import LocalEmbeddings
from knowledge.versions.neighbours import exact
from tests.doors import Asking

ASKED = sorted(
    {
        json.loads(line)["question"]
        for file in (ROOT / "evals/cases/child-safeguarding-panel").glob("*.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
)


def test_chromas_best_five_are_the_exact_best_five_and_each_passage_finds_itself(
    real: Asking, embeddings: LocalEmbeddings
) -> None:
    index = real.index
    questions = np.array(embeddings.embed_documents(ASKED), dtype=np.float32)

    differing = [
        question
        for question, vector in zip(ASKED, questions, strict=True)
        if [place for place, _ in index.nearest(vector, 5)] != exact(index.vectors, vector, 5)
    ]
    lost = [place for place, vector in enumerate(index.vectors) if index.nearest(vector, 1)[0][0] != place]

    assert (index.engine, len(ASKED) > 300) == ("chroma", True)
    assert (differing, lost) == ([], [])
