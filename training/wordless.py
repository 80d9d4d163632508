"""What it costs and brings to ask for more where a pack has no word for what is asked: `python -m training.wordless`

Over the held-out campaigns: of the questions about subjects that no sentence of their pack has a word for, how many are
answered, rightly or wrongly, if so many log-odds are taken off first.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assistant.silence import Silence
from assistant.subjects import asked_about
from assistant.trained import calibration
from knowledge.sentences import sentences
from training import campaigns
from training.domain import Example
from training.seen import Seen, seen_of

_SEED = 2
_OFF = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 100.0)


@dataclass(frozen=True, slots=True)
class _Judged:
    """`above` are the log-odds above the line, `right` whether the best sentence answers."""

    above: float
    answerable: bool
    right: bool


def main() -> int:
    chosen = [one for one in campaigns.examples(_SEED, held_out=True) if _is_wordless(one)]
    judged = [_judged(one) for one in seen_of(chosen)]
    answerable = sum(one.answerable for one in judged)
    print(f"{answerable} that the pack answers, {len(judged) - answerable} that it doesn't")
    for line in _lines(judged):
        print(line)
    return 0


def _is_wordless(example: Example) -> bool:
    start, end = sentences(example.question)[-1]
    silence = Silence([place.text for place in example.places])
    return silence.is_wordless(asked_about(example.question[start:end]))


def _judged(seen: Seen) -> _Judged:
    given = calibration()
    best = seen.best_first(given.by_words)[0]
    log_odds = given.intercept + float(np.dot(given.weights, seen.features(given.by_words)))
    return _Judged(log_odds - seen.kind_lacking(given.by_words) - given.line, seen.answerable, seen.truth[best])


def _lines(judged: list[_Judged]) -> Iterator[str]:
    for off in _OFF:
        answered = [one for one in judged if one.above >= off]
        right = sum(one.right for one in answered)
        invented = sum(not one.answerable for one in answered)
        beside = len(answered) - right - invented
        yield f"{off:5.1f} off: {right} right, {beside} beside the point, {invented} though the pack is silent"


if __name__ == "__main__":
    sys.exit(main())
