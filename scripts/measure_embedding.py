"""Compare the ways of keeping the embedding model's weights: how well they find, how near they stay to fp32, how fast.

    python -m scripts.measure_embedding ../shared/evaldata MODELS_FOLDER

MODELS_FOLDER holds a folder for each value of `--storage` of training/export_embedding.py that is to be compared, fp32
among them. Searches with vectors alone.
"""

import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from knowledge.embedding import LocalEmbeddings, ModelFiles, Vectors
from scripts.retrieval import MEASURES, Collection, collections, interval, measure

_QUESTIONS, _BATCH = 100, 16


def main(evaldata: Path, models: Path) -> int:
    parts = collections(evaldata)
    storages = sorted((folder.name for folder in models.iterdir()), key=lambda name: (name != "fp32", name))
    exact = _embedded(_model(models / "fp32"), parts)
    whole = [_scores(part, *vectors) for part, vectors in zip(parts, exact, strict=True)]
    print("| weights | MB | " + " | ".join(MEASURES) + " | recall@5 less fp32's (95%) | cosine | top 5 shared |")
    print("| --- " * (len(MEASURES) + 5) + "|")
    for storage in storages:
        own = exact if storage == "fp32" else _embedded(_model(models / storage), parts)
        scores = [_scores(part, *vectors) for part, vectors in zip(parts, own, strict=True)]
        means = np.concatenate(scores).mean(axis=0)
        low, high = interval((np.concatenate(scores) - np.concatenate(whole))[:, 1])
        size = (models / storage / "model.onnx").stat().st_size / 1e6
        cosine = np.mean([np.sum(ours[0] * theirs[0], axis=1).mean() for ours, theirs in zip(own, exact, strict=True)])
        shared = np.mean([_shared(ours, theirs) for ours, theirs in zip(own, exact, strict=True)])
        print(
            f"| {storage} | {size:.1f} | "
            + " | ".join(f"{mean:.3f}" for mean in means)
            + f" | {low:+.3f} to {high:+.3f}"
            f" | {cosine:.4f} | {shared:.3f} |",
            flush=True,
        )
    _print_times(models, storages, parts)
    return 0


def _model(folder: Path, threads: int = 2) -> LocalEmbeddings:
    def checksum(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    files = ModelFiles(folder.name, folder, checksum("model.onnx"), checksum("tokenizer.json"))
    return LocalEmbeddings(threads, files=files)


def _embedded(model: LocalEmbeddings, parts: Sequence[Collection]) -> list[tuple[Vectors, Vectors]]:
    """The passages and the questions of each part; passages that two parts share are embedded once."""
    known = {passages: model.vectors(passages) for passages in {part.passages: None for part in parts}}
    return [(known[part.passages], model.vectors([asked.text for asked in part.asked])) for part in parts]


def _ranked(passages: Vectors, questions: Vectors) -> list[list[int]]:
    order: list[list[int]] = np.argsort(-(questions @ passages.T), axis=1, kind="stable").tolist()
    return order


def _scores(part: Collection, passages: Vectors, questions: Vectors) -> np.ndarray:
    ranked = _ranked(passages, questions)
    return np.array([measure(order, asked.answers) for order, asked in zip(ranked, part.asked, strict=True)])


def _shared(ours: tuple[Vectors, Vectors], theirs: tuple[Vectors, Vectors]) -> float:
    pairs = zip(_ranked(*ours), _ranked(*theirs), strict=True)
    return float(np.mean([len({*own[:5]} & {*other[:5]}) / 5 for own, other in pairs]))


def _print_times(models: Path, storages: Sequence[str], parts: list[Collection]) -> None:
    """Every text goes to every model in turn, so that whatever else the machine does slows all of them alike."""
    questions = [[asked.text] for part in parts for asked in part.asked][:_QUESTIONS]
    batches = [part.passages[place : place + _BATCH] for part in parts[-3:] for place in (0, _BATCH)]
    ways = {(storage, threads): _model(models / storage, threads).vectors for storage in storages for threads in (1, 2)}
    load = {way: _seconds(vectors, ["loaded"]) for way, vectors in ways.items()}
    alone = {way: np.array([]) for way in ways}
    together = {way: np.array([]) for way in ways}
    for texts, times in [*((texts, alone) for texts in questions), *((texts, together) for texts in batches)]:
        for way, vectors in ways.items():
            times[way] = np.append(times[way], _seconds(vectors, texts))
    print(f"\n| weights | threads | load ms | one question p10 ms | p50 ms | {_BATCH} passages p50 ms |")
    print("| --- " * 6 + "|")
    for way in ways:
        p10, p50 = np.percentile(alone[way], [10, 50]) * 1e3
        batch = np.median(together[way]) * 1e3
        print(f"| {way[0]} | {way[1]} | {load[way] * 1e3:.0f} | {p10:.2f} | {p50:.2f} | {batch:.0f} |")


def _seconds(vectors: Callable[[Sequence[str]], Vectors], texts: Sequence[str]) -> float:
    begun = time.perf_counter()
    vectors(texts)
    return time.perf_counter() - begun


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m scripts.measure_embedding EVALDATA MODELS_FOLDER")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
