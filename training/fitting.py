"""The training loop: each question against a few sentences at a time, the ones likeliest to mislead first."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from assistant.cross_encoder import ABOVE, CLAIM, QUESTION, SENTENCE
from training.domain import Example
from training.network import Network
from training.states import States

_QUESTIONS, _SENTENCES = 16, 6
"""In a step: questions, and sentences to each."""
_MOST_ANSWERS, _EASY = 2, 2
_WARM_UP = 60
_SAID_EVERY = 50
_LISTWISE = 0.5
"""Weight of the loss over a question's sentences and "none of them", beside that of each sentence alone."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn: the rate falls in a straight line to `last` of what it was."""

    steps: int
    rate: float = 1.2e-4
    last: float = 0.02
    seed: int = 1


Say = Callable[[str], object]


def fit(network: Network, states: States, examples: Sequence[Example], plan: Plan, say: Say) -> None:
    """Trains the network in place, through the examples as often as the steps take it."""
    rng = random.Random(plan.seed)  # noqa: S311 - training, no secret
    torch.manual_seed(plan.seed)
    upper = list(network.layers.parameters())
    known = {id(parameter) for parameter in upper}
    head = [parameter for parameter in network.parameters() if id(parameter) not in known]
    optimiser = torch.optim.AdamW(
        [{"params": upper, "lr": plan.rate}, {"params": head, "lr": 10 * plan.rate}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, plan))
    network.train()
    waiting: list[Example] = []
    losses: list[float] = []
    began = time.monotonic()
    for step in range(1, plan.steps + 1):
        if len(waiting) < _QUESTIONS:
            waiting = rng.sample(list(examples), len(examples))
        some = [waiting.pop() for _ in range(min(_QUESTIONS, len(waiting)))]
        loss = _loss(network, states, some, rng)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % _SAID_EVERY == 0:
            recent = float(np.mean(losses[-_SAID_EVERY:]))
            say(f"step {step} of {plan.steps}: loss {recent:.3f}, {time.monotonic() - began:.0f} s")


def batch_of(states: States, pairs: Sequence[tuple[Example, int]]) -> tuple[Tensor, Tensor]:
    """A question and one of its sentences a row: states (rows, longest, 384), and the kind of each token."""
    rows = [
        (states.question(one.question), states.above(one.places[at]), states.sentence(one.places[at]))
        for one, at in pairs
    ]
    longest = max(sum(map(len, row)) for row in rows)
    padded = np.zeros((len(rows), longest, rows[0][0].shape[1]), dtype=np.float32)
    kinds = np.zeros((len(rows), longest), dtype=np.int64)
    for number, (row, (one, _)) in enumerate(zip(rows, pairs, strict=True)):
        end = sum(map(len, row))
        padded[number, :end] = np.concatenate(row)
        kinds[number, :end] = np.repeat((CLAIM if one.claims else QUESTION, ABOVE, SENTENCE), list(map(len, row)))
    return torch.from_numpy(padded), torch.from_numpy(kinds)


def _rate(step: int, plan: Plan) -> float:
    return min(1.0, (step + 1) / _WARM_UP) * max(plan.last, 1 - (1 - plan.last) * step / plan.steps)


def _loss(network: Network, states: States, examples: Sequence[Example], rng: random.Random) -> Tensor:
    chosen = [_sampled(one, rng) for one in examples]
    pairs = [(one, at) for one, own in zip(examples, chosen, strict=True) for at in own]
    odds = network(*batch_of(states, pairs))
    truth = torch.tensor([float(at in one.answers) for one, at in pairs])
    single = functional.binary_cross_entropy_with_logits(odds, truth)
    lists = torch.split(odds, [len(own) for own in chosen])
    truths = torch.split(truth, [len(own) for own in chosen])
    listwise = torch.stack([_listwise(*both) for both in zip(lists, truths, strict=True)]).mean()
    return single + _LISTWISE * listwise


def _listwise(odds: Tensor, truth: Tensor) -> Tensor:
    """Softmax over the sentences and a null of log-odds 0, which is right where none of them answers."""
    total = torch.logsumexp(torch.cat([odds, torch.zeros(1)]), 0)
    return total - torch.logsumexp(odds[truth > 0], 0) if truth.any() else total


def _sampled(example: Example, rng: random.Random) -> list[int]:
    """Positions: up to two that answer, and of the others the hard ones first with a few easy ones."""
    answers = rng.sample(sorted(example.answers), len(example.answers))[:_MOST_ANSWERS]
    others = [place for place in range(len(example.places)) if place not in example.answers]
    rng.shuffle(others)
    room = _SENTENCES - len(answers)
    if example.hard:
        others.sort(key=lambda place: place not in example.hard)
        others = list(dict.fromkeys([*others[: room - _EASY], *others[::-1][:_EASY]]))
    return [*answers, *others[:room]]
