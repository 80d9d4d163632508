"""From the data to the file of the reader: `python -m training DATA MODEL_FOLDER OUT`."""

import argparse
import hashlib
import itertools
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file

from knowledge.embedding import LocalEmbeddings
from training import campaigns, claims, modifiers, packs, public, sections, tables
from training.domain import Example
from training.export import export, parity
from training.facets import for_training, load_facets
from training.fitting import Plan, batch_of, fit
from training.network import Network
from training.seen import with_hard
from training.states import States
from training.wording import typed

_PACKS, _ASKED, _TABLES, _MODIFIERS = 3000, 100, 1200, 1500
"""Examples from synthetic packs, how many of each pack (reading takes longer than asking), and of others made."""
_PARITY = 0.3
"""Log-odds by which the file, which multiplies in 8 bits, may differ from what was trained, at the mean."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the files were written."""
    given = _options(arguments)
    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    network = Network(load_file(given.model / "model.safetensors"))
    if given.onward:
        network.load_state_dict(_onward(given.onward, network.kinds))
    examples = training_examples(given.data, given.seed)
    _say(f"{len(examples)} examples; now reading their texts")
    states = States(LocalEmbeddings(threads=given.threads))
    states.read(examples)
    usable = readable(examples, states)
    kept = given.out.with_suffix(".pt")
    kept.parent.mkdir(parents=True, exist_ok=True)

    def say(line: str) -> None:
        _say(line)
        torch.save(network.state_dict(), kept)

    fit(network, states, usable, Plan(given.steps, given.rate, seed=given.seed), say)
    torch.save(network.state_dict(), kept)
    export(network, given.out)
    apart = parity(network, given.out, *batch_of(states, [(one, 0) for one in usable[:64]]))
    _say(
        f"{given.out}: {given.out.stat().st_size:,} bytes, SHA-256 {_sha256(given.out)}, log-odds differ by {apart:.3f}"
    )
    return 0 if apart < _PARITY else 1


def _onward(checkpoint: Path, kinds: torch.Tensor) -> dict[str, torch.Tensor]:
    """A checkpoint; one from before there were claims gets the kind that it lacks as a new one has it."""
    state: dict[str, torch.Tensor] = torch.load(checkpoint)
    state["kinds"] = torch.cat([state["kinds"], kinds.detach()[len(state["kinds"]) :]])
    return state


def training_examples(data: Path, seed: int) -> list[Example]:
    """From all sources; what is held out is not among them."""
    facets = [for_training(facet) for facet in load_facets()]
    return [
        *itertools.islice(packs.examples(facets, seed, asked=_ASKED), _PACKS),
        *sections.examples(seed, held_out=False),
        *typed(with_hard(campaigns.examples(seed, held_out=False)), random.Random(seed), variants=4),  # noqa: S311
        *itertools.islice(tables.examples(seed), _TABLES),
        *itertools.islice(modifiers.examples(seed), _MODIFIERS),
        *claims.examples(seed, held_out=False),
        *public.examples(data),
    ]


def readable(examples: Sequence[Example], states: States) -> list[Example]:
    """What the model can read of them: without sentences beyond its reach, and without questions that lose them all."""
    return [one for one in (_readable(one, states) for one in examples) if one.places]


def _readable(one: Example, states: States) -> Example:
    """Without sentences that stand beyond what the model reads of a text."""
    kept = [place for place in range(len(one.places)) if len(states.sentence(one.places[place]))]
    return replace(
        one,
        places=tuple(one.places[place] for place in kept),
        answers=frozenset(number for number, place in enumerate(kept) if place in one.answers),
        hard=frozenset(number for number, place in enumerate(kept) if place in one.hard),
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description="Train the reader and write its ONNX file.")
    parser.add_argument("data", type=Path, help="the folder of public question sets, with answer_sentences.jsonl")
    parser.add_argument("model", type=Path, help="the folder with all-MiniLM-L6-v2's model.safetensors")
    parser.add_argument("out", type=Path, help="the ONNX file to write; a checkpoint is kept beside it (.pt)")
    parser.add_argument("--steps", type=int, default=1500, help="steps of 16 questions (1500: 40 minutes on two cores)")
    parser.add_argument("--onward", type=Path, metavar="CHECKPOINT", help="go on from a checkpoint of an earlier run")
    parser.add_argument("--rate", type=float, default=1.2e-4, help="the learning rate to begin with (1.2e-4)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(arguments)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
