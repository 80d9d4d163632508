"""What is measured of one answer: pure functions. What can't be measured is None and leaves the average."""

from collections.abc import Callable

from assistant.domain import Answer
from evals.domain import Case, Score
from evals.measures.answers import claims_kept, facts, forbidden, length, right_outcome
from evals.measures.citations import citation_precision, citation_recall, page, quotes_cited
from evals.measures.numbers import figures_held
from evals.measures.quotes import clean_cut, verbatim, whole_sentences
from evals.measures.refusals import not_refused, refused_rightly
from evals.measures.retrieval import mrr, ndcg_at_5, recall_at_1, recall_at_3, recall_at_5

Measure = Callable[[Case, Answer], Score]

MEASURES: tuple[Measure, ...] = (
    right_outcome,
    facts,
    forbidden,
    quotes_cited,
    citation_recall,
    citation_precision,
    verbatim,
    clean_cut,
    whole_sentences,
    page,
    figures_held,
    length,
    claims_kept,
    refused_rightly,
    not_refused,
    recall_at_1,
    recall_at_3,
    recall_at_5,
    ndcg_at_5,
    mrr,
)

__all__ = [
    "MEASURES",
    "Measure",
    "citation_precision",
    "citation_recall",
    "claims_kept",
    "clean_cut",
    "facts",
    "figures_held",
    "forbidden",
    "length",
    "mrr",
    "ndcg_at_5",
    "not_refused",
    "page",
    "quotes_cited",
    "recall_at_1",
    "recall_at_3",
    "recall_at_5",
    "refused_rightly",
    "right_outcome",
    "verbatim",
    "whole_sentences",
]
