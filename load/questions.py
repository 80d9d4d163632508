"""What candidates ask under load: the questions of the evals' cases, all different, or as many people ask the same."""

import json
import random
from collections.abc import Sequence
from typing import Final

from assistant.settings import ROOT

_CASES: Final = ROOT / "evals/cases/child-safeguarding-panel"
_LOOKED_UP: Final = (
    "answerable",
    "amended",
    "deal_breaker",
    "false_premise",
    "fragment",
    "list",
    "not_in_pack",
    "partly_answerable",
    "table",
    "work_of_the_body",
)
"""Kinds of cases whose questions are not answered by a fixed reply."""


def of_cases() -> list[str]:
    """Each once, in one and the same mixed order."""
    files = [(_CASES / f"{kind}.jsonl").read_text(encoding="utf-8") for kind in _LOOKED_UP]
    cases = [json.loads(line) for file in files for line in file.splitlines()]
    texts = sorted({case["question"] for case in cases if not case["turns"]})
    random.Random(7).shuffle(texts)  # noqa: S311 - no secret
    return texts


def all_different(count: int) -> list[str]:
    """None twice: a number is added where the cases have come round."""
    texts = of_cases()
    return [_numbered(texts[place % len(texts)], place // len(texts)) for place in range(count)]


def as_on_a_campaign_page(count: int) -> list[str]:
    """The first of the cases most often, the second half as often, the third a third as often (Zipf)."""
    texts = of_cases()
    shares = [1 / rank for rank in range(1, len(texts) + 1)]
    return random.Random(7).choices(texts, weights=shares, k=count)  # noqa: S311 - no secret


def bodies(texts: Sequence[str]) -> str:
    """A line each, as they are sent."""
    return "".join(json.dumps({"question": text}) + "\n" for text in texts)


def _numbered(text: str, number: int) -> str:
    return f"{text.rstrip('?')} ({number})?" if number else text
