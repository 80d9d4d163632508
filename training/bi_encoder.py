"""A bi-encoder of our own, to compare with: `python -m training.bi_encoder MODEL_FOLDER`.

The same upper layers and loss as the reader's, but question and sentence are read apart and compared by the cosine of
their means. Fine-tuned on the campaigns with their hard negatives alone, measured on those held out as in
`training.shapes`, and not kept.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from knowledge.embedding import LocalEmbeddings
from training import campaigns
from training.__main__ import readable
from training.domain import Example
from training.fitting import Plan, batch_of, fit
from training.network import Network
from training.seen import with_hard
from training.shapes import Verdicts, row_of
from training.states import States

_AT_ONCE = 64


def main() -> int:
    given = _options()
    torch.manual_seed(given.seed)
    network = Network(load_file(given.model / "model.safetensors"), apart=True)
    states = States(LocalEmbeddings())
    trained_on = list(with_hard(campaigns.examples(given.seed, held_out=False)))
    measured_on = list(campaigns.examples(given.seed + 1, held_out=True))
    states.read([*trained_on, *measured_on])
    measured = readable(measured_on, states)
    answerable = np.array([bool(one.answers) for one in measured], dtype=np.float64)
    print(row_of("campaigns", "bi-encoder, before", _verdicts(network, states, measured), answerable))
    fit(network, states, readable(trained_on, states), Plan(given.steps, given.rate, seed=given.seed), _say)
    print(row_of("campaigns", "bi-encoder", _verdicts(network, states, measured), answerable))
    return 0


def _verdicts(network: Network, states: States, examples: Sequence[Example]) -> Verdicts:
    """By the highest of each question's sentences. Each text is read once, whatever it stands beside."""
    network.eval()
    asked = [_means(network, states, [(one, 0)], first=True)[0] for one in examples]
    known: dict[int, NDArray[np.float32]] = {}
    scores = []
    for question, one in zip(asked, examples, strict=True):
        pack = id(one.places[0])
        if pack not in known:
            known[pack] = _means(network, states, [(one, at) for at in range(len(one.places))], first=False)
        scores.append(known[pack] @ question)
    hits = [int(own.argmax()) in one.answers for own, one in zip(scores, examples, strict=True)]
    return Verdicts(np.array([own.max() for own in scores], dtype=np.float64), np.array(hits, dtype=np.float64))


def _means(
    network: Network, states: States, pairs: Sequence[tuple[Example, int]], *, first: bool
) -> NDArray[np.float32]:
    """Unit vectors of the questions, or of the sentences, of pairs: (pairs, 384)."""
    cut = [pairs[start : start + _AT_ONCE] for start in range(0, len(pairs), _AT_ONCE)]
    with torch.no_grad():
        both = [network.means(*batch_of(states, some))[0 if first else 1].numpy() for some in cut]
    vectors = np.concatenate(both)
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.bi_encoder", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="the folder with all-MiniLM-L6-v2's model.safetensors")
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--rate", type=float, default=5e-5)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
