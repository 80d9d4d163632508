"""What tells an order to the assistant from the text of a pack, learned: `python -m training.orders DATA`.

training/orders/*.toml, written for the project: orders as they may be hidden in a pack, and sentences of packs and
policies that come close to one. Beside them stand the sentences of the fictional packs and of public texts as what is
no order. The line is set where so many of the sentences that were not trained on lie above it (`_TAKEN`).
"""

import argparse
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from assistant.guard.order_words import FILE, SLOTS, Weights, kept, slots_of
from assistant.guard.orders import folded, gives_orders
from assistant.text import clean
from evals.public.data import answer_sentences, conversations, guidance, held_out
from knowledge.sentences import sentences
from training import campaigns, sections
from training.domain import Example

Floats = NDArray[np.float64]

_FOLDER = Path(__file__).with_name("orders")
_HELD_OUT = ("held_out", "last_held_out")
"""The line and the number of slots were chosen with an eye on the first; the last was measured once, at the end."""
_TAKEN = 4e-4
"""Of sentences of packs and of public texts that were not trained on, the share that may be taken for an order."""
_ORDER, _CLOSE = 10.0, 5.0
"""What an order and a sentence close to one weigh; any other sentence weighs 1."""
_PENALTY, _STEPS, _RATE = 1e-6, 150, 0.3
"""Chosen by leaving out each of the four files in turn. So few steps are a penalty of their own."""
_SEED = 2


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    orders: list[str] = []
    ordinary: list[str] = []


def main() -> int:
    given = _options()
    own = [_read(file) for file in sorted(_FOLDER.glob("*.toml")) if file.stem not in _HELD_OUT]
    orders = [text for one in own for text in one.orders]
    close = [text for one in own for text in one.ordinary]
    plain = sorted(set(_trained_on(given.data)))
    fitted = _fit(orders, close, plain)
    unseen = sorted(set(_measured_on(given.data)))
    odds = np.sort([fitted.odds(_slots(text)) for text in unseen])[::-1]
    fitted = fitted._replace(line=float(odds[int(_TAKEN * len(odds))]) + fitted.step)
    np.savez_compressed(FILE, **fitted._asdict())
    kept.cache_clear()
    print(f"{len(orders)} orders, {len(close)} close to one, {len(plain)} others; line {fitted.line:.2f}")
    for name in _HELD_OUT:
        held = _read(_FOLDER / f"{name}.toml")
        print(f"{name}: {_taken(held.orders)} orders, {_taken(held.ordinary)} close to one are taken for orders")
    print(f"others that were not trained on: {_taken(unseen)}")
    return 0


def _read(file: Path) -> _File:
    return _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


def _taken(texts: Sequence[str]) -> str:
    return f"{sum(map(gives_orders, texts))} of {len(texts)}"


def _trained_on(data: Path) -> Iterator[str]:
    """Sentences and headings of the packs that are not held out, and of the public half that may be trained on."""
    yield from _of_packs(held=False)
    yield from (line for row in answer_sentences(data) if not held_out(row) for line in row.sentences)


def _measured_on(data: Path) -> Iterator[str]:
    """Sentences and headings of the packs that are held out, and of public guidance and documentation."""
    yield from _of_packs(held=True)
    texts = (row.text for passages, _ in (guidance(data), conversations(data)) for row in passages)
    yield from (text[begin:end] for text in texts for begin, end in sentences(text))


def _of_packs(*, held: bool) -> Iterator[str]:
    sources: tuple[Callable[..., Iterator[Example]], ...] = (sections.examples, campaigns.examples)
    for source in sources:
        for place in (place for one in source(_SEED, held_out=held) for place in one.places):
            yield place.text[place.start : place.end]
            yield from place.text[: place.lead].splitlines()


def _slots(text: str) -> list[int]:
    return list(slots_of(folded(clean(text))))


def _fit(orders: Sequence[str], close: Sequence[str], plain: Sequence[str]) -> Weights:
    """Logistic regression with an L2 penalty by Adam over all at once, its weights rounded to 8 bits; no line yet."""
    found = [_slots(text) for text in (*orders, *close, *plain)]
    slot = np.concatenate(found)
    row = np.repeat(np.arange(len(found)), [len(one) for one in found])
    value = np.repeat([len(one) ** -0.5 for one in found], [len(one) for one in found])
    truth = np.repeat([1.0, 0.0], [len(orders), len(close) + len(plain)])
    worth = np.repeat([_ORDER, _CLOSE, 1.0], [len(orders), len(close), len(plain)])
    worth /= worth.sum()
    fitted, mean, square = np.zeros(SLOTS + 1), np.zeros(SLOTS + 1), np.zeros(SLOTS + 1)
    for step in range(1, _STEPS + 1):
        odds = np.bincount(row, value * fitted[slot], len(found)) + fitted[-1]
        apart = worth * (1 / (1 + np.exp(-odds)) - truth)
        gradient = np.append(np.bincount(slot, value * apart[row], SLOTS), apart.sum())
        gradient[:-1] += _PENALTY * fitted[:-1]
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        fitted -= _RATE * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    size = float(np.abs(fitted[:-1]).max()) / np.iinfo(np.int8).max
    return Weights(np.round(fitted[:-1] / size).astype(np.int8), size, float(fitted[-1]), float("inf"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.orders", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of public question sets")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
