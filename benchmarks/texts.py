"""What is asked and what is indexed: the questions of the evals, the real pack, public texts, and mixtures of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.settings import ROOT, Settings, load_settings
from knowledge.domain import Block, BlockKind, Campaign, Pack, PackDocument, Passage
from knowledge.embedding import LocalEmbeddings, Vectors
from knowledge.pack import load_pack
from knowledge.passages import split
from knowledge.sentences import sentences
from knowledge.store import Changes, PassageStore, campaign_folder

PACK = ROOT / "knowledge/packs/child-safeguarding-panel"

_KINDS = ("answerable", "list", "partly_answerable", "not_in_pack", "fragment")
_PASSAGE_TOKENS = 200
_SENTENCES = 4


class Blended(LocalEmbeddings):
    """The local model for questions; for passages vectors between two real ones, with some noise.

    As many as are wanted, without the model's minutes for them: how fast a search is does not depend on it.
    """

    def __init__(self, real: Sequence[str]) -> None:
        super().__init__()
        self._real = super().vectors(real)
        self._numbers = np.random.default_rng(0)

    def embed_query(self, text: str) -> list[float]:
        return [float(number) for number in super().vectors([text])[0]]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        one, other = self._real[self._numbers.integers(0, len(self._real), (2, len(texts)))]
        share = self._numbers.random((len(texts), 1), dtype=np.float32)
        noise = self._numbers.standard_normal(one.shape, dtype=np.float32) * np.float32(0.4 / one.shape[1] ** 0.5)
        blended = share * one + (1 - share) * other + noise
        return np.asarray(blended / np.linalg.norm(blended, axis=1, keepdims=True), dtype=np.float32)


def settings_for(folder: Path) -> Settings:
    """The real pack, quoted: no model, and an index in a folder of its own."""
    return load_settings(pack_dir=PACK, data_dir=folder / "data", embedding_model="local", ask_limit="off")


def ingest(settings: Settings) -> Changes:
    """Index the pack that the settings name."""
    pack = load_pack(settings.pack_dir)
    store = PassageStore(campaign_folder(settings.data_dir, pack.campaign.id))
    return store.build(pack, passages_of(pack), LocalEmbeddings())


def questions() -> list[str]:
    """Questions to the real pack, answered by it or not, all kinds mixed that reach the search."""
    cases = ROOT / "evals/cases" / PACK.name
    asked = [[line["question"] for line in read_lines(cases / f"{kind}.jsonl")] for kind in _KINDS]
    return [kind[place] for place in range(max(map(len, asked))) for kind in asked if place < len(kind)]


def passages_of(pack: Pack) -> tuple[Passage, ...]:
    """Cut as an ingest cuts them."""
    return split(pack, max_tokens=_PASSAGE_TOKENS, count_tokens=LocalEmbeddings().count_tokens)


def pack_of(texts: Sequence[str]) -> Pack:
    """A pack in which every text stands alone, and is a passage unless it is too long for one."""
    blocks = tuple(Block(BlockKind.LIST_ITEM, " ".join(text.split())) for text in texts)
    return Pack(Campaign("texts", "Texts"), (PackDocument("texts", "Texts", "texts.md", blocks),), str(len(texts)))


def public_texts(evaldata: Path, most: int) -> list[str]:
    """Passages of guidance and conversations first, then passages put together of answer sentences."""
    found = [
        line["text"] for name in ("guidance", "conversations") for line in read_lines(evaldata, f"{name}_passages")
    ]
    found += [" ".join(line["sentences"]) for line in read_lines(evaldata, "answer_sentences")]
    return list(dict.fromkeys(found))[:most]


def public_questions(evaldata: Path, most: int) -> list[str]:
    return [line["question"] for line in read_lines(evaldata, "guidance_questions")][:most]


def mixed_texts(count: int, evaldata: Path | None) -> list[str]:
    """Texts of a few sentences each, of public texts or else the real pack, each with a number of its own."""
    known = public_texts(evaldata, 3000) if evaldata else [document.text for document in load_pack(PACK).documents]
    parts = [text[start:end] for text in known for start, end in sentences(text)]
    chosen = np.random.default_rng(0).integers(0, len(parts), (count, _SENTENCES))
    return [" ".join([f"Item {number}.", *(parts[place] for place in row)]) for number, row in enumerate(chosen)]


def read_lines(path: Path, name: str = "") -> list[dict[str, Any]]:
    file = path / f"{name}.jsonl" if name else path
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
