"""How often the sentence that the reader finds likeliest is one that the answer rests on, over the cases.

    python -m scripts.measure_reader

Of a question of several parts one part is enough: cases say what an answer rests on as a whole, not part by part.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.asking import ask
from evals.cases import load_cases
from evals.domain import Asked
from evals.statistics import wilson


def main() -> int:
    cases = [case for case in load_cases() if case.rests_on]
    with tempfile.TemporaryDirectory() as folder:
        _, asked = ask(cases, Path(folder), lambda _done, _all: None)
    for campaign in (*sorted({case.campaign for case in cases}), ""):
        _report(campaign, [one for one in asked if one.answer.likeliest and one.case.campaign.startswith(campaign)])
    return 0


def _report(campaign: str, asked: Sequence[Asked]) -> None:
    right = sum(_first_is_right(one) for one in asked)
    low, high = wilson(right, len(asked))
    share = f"{right / len(asked):.3f} ({low:.3f} to {high:.3f})"
    print(f"{campaign or 'all':26} {len(asked)} cases  first sentence right {share}")


def _first_is_right(asked: Asked) -> bool:
    first = {likely.part: likely.quote for likely in reversed(asked.answer.likeliest)}
    return any(quote in words or words in quote for quote in first.values() for words in asked.case.rests_on)


if __name__ == "__main__":
    sys.exit(main())
