"""Cases made by rule from those that people wrote, at no labelling cost; the same cases give the same ones."""

from collections.abc import Callable, Iterator, Sequence

from evals.domain import Case
from evals.variations.changed_fact import changed_fact
from evals.variations.leave_out import leave_out
from evals.variations.paraphrase import paraphrase
from evals.variations.planted import planted
from evals.variations.scripted import scripted

Rule = Callable[[Sequence[Case]], Iterator[Case]]

RULES: tuple[Rule, ...] = (leave_out, changed_fact, planted, paraphrase, scripted)


def made_cases(cases: Sequence[Case]) -> list[Case]:
    """What the rules make of the cases, rule by rule; nothing is made of a case that was itself made."""
    written = [case for case in cases if case.made is None]
    return [made for rule in RULES for made in rule(written)]
