"""Leave-evidence-out: the passages that answer a question are taken out of what is searched; now it must abstain."""

from collections.abc import Iterator, Sequence

from assistant.domain import Outcome
from evals.domain import Case
from evals.variations.making import SILENT, by_campaign, made, must_be_answered, pack_of
from evals.variations.standing import any_stands, rests_on

_MOST_BESIDE = 2
"""Blocks beside the quotes that say all of the facts: where there are more, the facts are words of the whole pack."""


def leave_out(cases: Sequence[Case]) -> Iterator[Case]:
    """Of every case whose facts stand nowhere but where it rests; a part of an answer elsewhere would still be one.

    A question that the pack answers only in part is left alone: without its evidence it is another question.
    """
    whole = [case for case in cases if must_be_answered(case) and Outcome.ANSWERED in case.outcomes and case.says]
    for campaign, group in by_campaign(whole):
        blocks = [block.text for document in pack_of(campaign).documents for block in document.blocks]
        for case in group:
            if out := _withheld(case, blocks):
                yield made(case, "leave_out", withheld=out, outcomes=SILENT, rests_on=(), pages=(), says=())


def is_withheld(case: Case, text: str) -> bool:
    """Whether a passage of this text is to be left out of what is searched for the case."""
    return case.made is not None and rests_on(case.made.withheld, text)


def _withheld(case: Case, blocks: Sequence[str]) -> tuple[str, ...]:
    """The quotes, and each other block that says all of the facts; empty where a fact would still stand in the pack."""
    others = [block for block in blocks if not rests_on(case.rests_on, block)]
    beside = [block for block in others if all(any_stands(fact, block) for fact in case.says)]
    stays = "\n".join(block for block in others if block not in beside)
    if len(beside) > _MOST_BESIDE or any(any_stands(fact, stays) for fact in case.says):
        return ()
    return (*case.rests_on, *beside)
