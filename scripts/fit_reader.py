"""Fits the calibrated reader to public questions: `python scripts/fit_reader.py ../shared/evaldata`.

Each question is judged against passages that answer it and against the same passages without the sentences that do
(leave-evidence-out), or as labelled. Prints the area under the ROC curve by five-fold cross-validation, folds split by
question, and writes assistant/calibration.json. What a lacking kind of answer and a subject's words add, and the line,
are given on the command line: public data has no such subjects.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from assistant.kinds import kind_asked
from assistant.matching import PassageReader, Weights, asked, match
from assistant.ranking import SIGNS, Aim, rank, signs
from evals.public.data import answer_sentences, guidance
from knowledge.domain import BlockKind, Passage
from knowledge.embedding import LocalEmbeddings
from training.calibrate import fit

_CALIBRATION = Path(__file__).resolve().parent.parent / "assistant" / "calibration.json"
_SOURCES = ("squad2", "clapnq", "selqa")
_SENTENCES_A_PASSAGE = 5
_FOLDS = 5
_NEIGHBOURS = 8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question against some passages, and whether they answer it. `group` keeps its variants in one fold."""

    source: str
    group: str
    question: str
    passages: tuple[str, ...]
    answers: bool


def main() -> None:
    arguments = _arguments()
    embeddings = LocalEmbeddings(threads=2)
    examples = [*_from_sentences(arguments), *_from_guidance(arguments.evaldata, embeddings)]
    rows, truth, groups, sources = _measured(examples, embeddings)
    print(f"{len(truth)} examples, {int(truth.sum())} answerable")
    scores = _cross_validated(rows, truth, groups)
    for source in sorted(set(sources)):
        own = np.array([one == source for one in sources])
        alone = _auroc(truth[own], rows[own, SIGNS.index("soft_around")])
        print(f"{source:10} AUROC {_auroc(truth[own], scores[own]):.3f}  (soft_around alone {alone:.3f})")
    print(f"{'all':10} AUROC {_auroc(truth, scores):.3f}")
    fitted = fit(rows, truth, np.ones(len(truth)))
    print(dict(zip((*SIGNS, "intercept"), fitted.round(3).tolist(), strict=True)))
    _write(fitted, arguments)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaldata", type=Path, help="the folder with answer_sentences.jsonl and guidance_*.jsonl")
    parser.add_argument("--each", type=int, default=200, help="questions of each source and label (default 200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind-lacking", type=float, default=-1.0)
    parser.add_argument("--subject-stated", type=float, default=-0.7)
    parser.add_argument("--subject-silent", type=float, default=-3.0)
    parser.add_argument("--line", type=float, default=-2.1)
    return parser.parse_args()


def _from_sentences(arguments: argparse.Namespace) -> Iterator[Example]:
    rows = answer_sentences(arguments.evaldata)
    random.Random(arguments.seed).shuffle(rows)  # noqa: S311 - a sample, no secret
    taken: dict[tuple[str, bool], int] = {}
    for row in rows:
        key = (row.source, row.answerable)
        if row.source not in _SOURCES or taken.get(key, 0) >= arguments.each:
            continue
        taken[key] = taken.get(key, 0) + 1
        yield Example(row.source, row.question, row.question, _passages(row.sentences), row.answerable)
        rest = [sentence for sentence, answers in zip(row.sentences, row.labels, strict=True) if not answers]
        if row.answerable and len(rest) > 1:
            yield Example(row.source, row.question, row.question, _passages(rest), False)


def _from_guidance(evaldata: Path, embeddings: LocalEmbeddings) -> Iterator[Example]:
    passages, questions = guidance(evaldata)
    texts = {passage.id: passage.text for passage in passages}
    ids = list(texts)
    vectors = embeddings.vectors([texts[one] for one in ids])
    for row in questions:
        asked_for = f"{row.scenario} {row.question}".strip()
        order = np.argsort(-(vectors @ embeddings.vectors([asked_for])[0]))
        near = [ids[place] for place in order[: _NEIGHBOURS + 1] if ids[place] != row.gold_rule_id][: _NEIGHBOURS - 1]
        without = tuple(texts[one] for one in near)
        yield Example("guidance", row.id, row.question, (texts[row.gold_rule_id], *without), True)
        yield Example("guidance", row.id, row.question, without, False)


def _passages(sentences: Sequence[str]) -> tuple[str, ...]:
    lines = [" ".join(sentence.split()) for sentence in sentences]
    cuts = range(0, len(lines), _SENTENCES_A_PASSAGE)
    return tuple("\n".join(lines[cut : cut + _SENTENCES_A_PASSAGE]) for cut in cuts)


def _measured(examples: Sequence[Example], embeddings: LocalEmbeddings) -> tuple[Floats, Floats, list[str], list[str]]:
    weights = {
        source: Weights.of({text for one in examples if one.source == source for text in one.passages})
        for source in {one.source for one in examples}
    }
    kept, rows = [], []
    for one in examples:
        aim = Aim(
            one.question,
            asked(one.question, embeddings.token_states([one.question])[0], weights[one.source]),
            kind_asked(one.question),
            (),
        )
        passages = PassageReader(embeddings).read([_passage(text) for text in one.passages])
        if ranked := rank(aim, match(aim.asked, passages), passages):
            kept.append(one)
            rows.append(signs(aim, ranked))
    truth = np.array([one.answers for one in kept], dtype=np.float64)
    return np.array(rows), truth, [one.group for one in kept], [one.source for one in kept]


def _passage(text: str) -> Passage:
    return Passage(text, "d", "", (), text, BlockKind.PARAGRAPH, "", "", None, 0, len(text), 0, 0)


def _cross_validated(rows: Floats, truth: Floats, groups: Sequence[str]) -> Floats:
    order = sorted(set(groups))
    random.Random(0).shuffle(order)  # noqa: S311 - folds, no secret
    fold = {group: place % _FOLDS for place, group in enumerate(order)}
    folds = np.array([fold[group] for group in groups])
    scores = np.zeros(len(truth))
    for held in range(_FOLDS):
        inside = folds != held
        fitted = fit(rows[inside], truth[inside], np.ones(inside.sum()))
        scores[folds == held] = np.c_[rows[folds == held], np.ones((folds == held).sum())] @ fitted
    return scores


def _auroc(truth: Floats, scores: Floats) -> float:
    order = scores.argsort(kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positive = truth.sum()
    negative = len(truth) - positive
    return float((ranks[truth == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def _write(fitted: Floats, arguments: argparse.Namespace) -> None:
    fields = {
        "intercept": round(float(fitted[-1]), 4),
        "weights": [round(float(one), 4) for one in fitted[:-1]],
        "kind_lacking": arguments.kind_lacking,
        "subject_stated": arguments.subject_stated,
        "subject_silent": arguments.subject_silent,
        "line": arguments.line,
    }
    _CALIBRATION.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
