"""How high the search ranks what a right answer rests on, by `ir-measures`.

Relevant is, of each quote of the case, the first passage found that holds it; one that was never found where none does.
Only of questions that reached the search.
"""

from collections.abc import Mapping
from functools import lru_cache

import ir_measures
from ir_measures import RR, Qrel, R, ScoredDoc, nDCG

from assistant.domain import Answer
from evals.domain import Case, Score
from evals.measures.wording import holds

_MEASURES = {"recall_at_1": R @ 1, "recall_at_3": R @ 3, "recall_at_5": R @ 5, "ndcg_at_5": nDCG @ 5, "mrr": RR}


def recall_at_1(case: Case, answer: Answer) -> Score:
    return _measured("recall_at_1", case, answer)


def recall_at_3(case: Case, answer: Answer) -> Score:
    return _measured("recall_at_3", case, answer)


def recall_at_5(case: Case, answer: Answer) -> Score:
    return _measured("recall_at_5", case, answer)


def ndcg_at_5(case: Case, answer: Answer) -> Score:
    return _measured("ndcg_at_5", case, answer)


def mrr(case: Case, answer: Answer) -> Score:
    """One over the rank of the first relevant passage."""
    return _measured("mrr", case, answer)


def _measured(measure: str, case: Case, answer: Answer) -> Score:
    if not case.rests_on:
        return Score(measure, None, "the case rests on nothing")
    if not answer.evidence and "search" not in answer.timings_ms:
        return Score(measure, None, "nothing was searched")
    ranks = tuple(_rank(case, answer, quote) for quote in case.rests_on)
    said = ", ".join("not found" if rank is None else f"rank {rank}" for rank in ranks)
    return Score(measure, _values(ranks, len(answer.evidence))[measure], said)


def _rank(case: Case, answer: Answer, quote: str) -> int | None:
    texts = enumerate((found.passage.text for found in answer.evidence), start=1)
    return next((rank for rank, text in texts if holds(text, quote, among=case.rests_on)), None)


@lru_cache(maxsize=4096)
def _values(ranks: tuple[int | None, ...], found: int) -> Mapping[str, float]:
    """Each measure, given the rank of each quote's passage among so many found. Two quotes of one passage are one."""
    if not found:
        return dict.fromkeys(_MEASURES, 0.0)
    relevant = {f"missed {number}" if rank is None else f"found {rank}" for number, rank in enumerate(ranks)}
    qrels = [Qrel("question", passage, 1) for passage in sorted(relevant)]
    run = [ScoredDoc("question", f"found {rank}", float(found - rank)) for rank in range(1, found + 1)]
    metrics = ir_measures.iter_calc(list(_MEASURES.values()), qrels, run)
    by_measure = {metric.measure: float(metric.value) for metric in metrics}
    return {name: by_measure[measure] for name, measure in _MEASURES.items()}
