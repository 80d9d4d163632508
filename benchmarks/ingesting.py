"""Ingest, from the file to the switched index, against the bare embedding model on the same texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure, Run, ratios, turns
from benchmarks.texts import mixed_texts, passages_of
from knowledge.embedding import LocalEmbeddings, Vectors
from knowledge.pack import load_pack
from knowledge.store import PassageStore


class Counted(LocalEmbeddings):
    """Counts the texts that it is asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = 0

    def vectors(self, texts: Sequence[str]) -> Vectors:
        self.texts += len(texts)
        return super().vectors(texts)


@dataclass(slots=True)
class _Ingest:
    """The whole of it: read, cut, embed, index, try, switch; into a new folder each time."""

    pack: Path
    data: Path
    embeddings: Counted
    done: int = 0

    def anew(self) -> None:
        self.done += 1
        self.again()

    def again(self) -> None:
        """Nothing has changed since."""
        pack = load_pack(self.pack)
        PassageStore(self.data / str(self.done)).build(pack, passages_of(pack), self.embeddings)


def figures(run: Run) -> Iterator[Figure]:
    """All texts differ, so none is embedded for another."""
    for count in (40,) if run.quick else (400,):
        folder = run.folder / f"texts-{count}"
        folder.mkdir()
        texts = "\n\n".join(
            f"## Part {number}\n\n{text}" for number, text in enumerate(mixed_texts(count, run.evaldata))
        )
        (folder / "pack.md").write_text(texts, encoding="utf-8")
        yield from _against_the_model(run, _Ingest(folder, run.folder / f"data-{count}", Counted()))


def _against_the_model(run: Run, ingest: _Ingest) -> Iterator[Figure]:
    texts = [passage.searchable for passage in passages_of(load_pack(ingest.pack))]
    bare = LocalEmbeddings()
    bare.vectors(["loaded"])
    ingest.embeddings.vectors(["loaded"])
    took = turns({"ingest": ingest.anew, "model": lambda: bare.vectors(texts)}, run.rounds)
    before = ingest.embeddings.texts
    again = turns({"again": ingest.again}, run.rounds)["again"]
    what = f"{len(texts):,} passages"
    yield Figure(
        f"{what}: throughput of ingest / of the model", ratios(took["model"], took["ingest"]), "x", at_least=0.9
    )
    yield Figure(f"{what}: ingest", took["ingest"], "s")
    yield Figure(f"{what}: with nothing changed, ingest", again, "s")
    embedded = float(ingest.embeddings.texts - before)
    yield Figure(f"{what}: with nothing changed, texts embedded", (embedded,), "", at_most=0)
