"""What each measure and curve is called and means, each in a sentence for readers who don't program."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a measure is called and means. A `share` is shown in per cent; of a `lower` one, less is better."""

    title: str
    sentence: str
    share: bool = True
    lower: bool = False


OTHER = "Other measures"

_BY_SUBJECT: Mapping[str, Mapping[str, Meaning]] = {
    "What is said": {
        "right": Meaning(
            "Right over all",
            "Questions that ended as they should, with every fact that is asked for and nothing that must not be said.",
        ),
        "as_in_use": Meaning(
            "Right, as in use",
            "The same, weighed as in live use: of ten questions, the pack answers three and is silent on seven.",
        ),
        "right_outcome": Meaning(
            "Right kind of reply",
            "Questions that ended in an allowed way: an answer, “the pack does not say”, a refusal and so on.",
        ),
        "facts": Meaning("Facts said", "Of the facts that a right answer has to give, the share that was given."),
        "forbidden": Meaning(
            "Nothing false said", "Answers that say none of the things that a right answer must not say."
        ),
        "length": Meaning(
            "Not too long", "Answers of at most 100 words, or half as long again as what they rest on in the pack."
        ),
        "claims_kept": Meaning(
            "Claims kept", "Of what a language model wrote, the share that passed the checks and was shown."
        ),
    },
    "What it rests on": {
        "quotes_cited": Meaning(
            "Sources found", "Of the quotations that a right answer rests on, the share that the answer shows."
        ),
        "citation_recall": Meaning(
            "Sentences held up", "Of the sentences of an answer, the share that the sources under them bear out."
        ),
        "citation_precision": Meaning(
            "Sources to the point", "Of the sources under the sentences, the share that is needed."
        ),
        "verbatim": Meaning(
            "Quoted word for word",
            "Of the quotations shown, the share that stands in the pack character for character.",
        ),
        "clean_cut": Meaning(
            "Quoted in whole words", "Of the quotations shown, the share that is not cut within a word or a number."
        ),
        "whole_sentences": Meaning(
            "Quoted in whole sentences", "Of the quotations shown, the share that is not cut off in mid-sentence."
        ),
        "page": Meaning("Right page number", "Of the sources whose page is known, the share that names that page."),
        "figures_held": Meaning(
            "Figures held by quotations",
            "Of the sentences with a number, date or sum, the share whose quotations hold all of them.",
        ),
        "current": Meaning("From the current pack", "Answers made from the version of the pack that was asked about."),
    },
    "When to refuse": {
        "refused_rightly": Meaning(
            "Refused for the right reason",
            "Questions that have to be refused, and were, by the rule that is meant for them.",
        ),
        "not_refused": Meaning("Not refused without need", "Questions about the pack that no rule refused by mistake."),
        "false_refusal": Meaning(
            "Refused without need", "Questions about the pack that a rule refused by mistake.", lower=True
        ),
    },
    "When to say that the pack does not answer": {
        "abstention_recall": Meaning(
            "Silence found", "Of the questions that the pack does not answer, the share where the assistant said so."
        ),
        "false_abstention": Meaning(
            "Silent without need",
            "Of the questions that the pack answers, the share where the assistant said that it does not.",
            lower=True,
        ),
        "abstention_recall_at_5": Meaning(
            "Silence found, were it silent without need once in twenty",
            "Silence found if the assistant’s judge were set so that 5% of the questions that the pack answers are "
            "wrongly said to be unanswered.",
        ),
        "auroc": Meaning(
            "Tells answerable from not (AUROC)",
            "How often a question that the pack answers gets a higher mark from the assistant’s judge than one that it "
            "does not: 0.5 is guessing, 1 is perfect.",
            share=False,
        ),
        "aurc": Meaning(
            "Risk over all thresholds (AURC)",
            "The share of wrong answers, averaged over every degree of caution that could be set: 0 is perfect.",
            share=False,
            lower=True,
        ),
        "ece": Meaning(
            "Error of the judge’s confidence (ECE)",
            "How far the judge’s confidence is, on average, from how often it turns out to be right: 0 is perfect.",
            share=False,
            lower=True,
        ),
    },
    "What the search found": {
        "recall_at_1": Meaning(
            "Found in first place", "Of the passages that a right answer rests on, the share that the search put first."
        ),
        "recall_at_3": Meaning("Found in the first three", "The same, among the first three passages found."),
        "recall_at_5": Meaning("Found in the first five", "The same, among the first five passages found."),
        "ndcg_at_5": Meaning(
            "Order of the first five (nDCG@5)",
            "How near to the top the search puts the passages that a right answer rests on: 1 is perfect.",
            share=False,
        ),
        "mrr": Meaning(
            "Place of the first (MRR)",
            "One divided by the place of the first such passage, on average: 1 where it always comes first, 0.5 where "
            "it comes second.",
            share=False,
        ),
    },
}

SUBJECTS = (*_BY_SUBJECT, OTHER)
"""What measures are about, in the order of a report."""

_MEANINGS = {measure: meaning for subject in _BY_SUBJECT.values() for measure, meaning in subject.items()}
_SUBJECT = {measure: subject for subject, measures in _BY_SUBJECT.items() for measure in measures}

_CURVES = {
    "risk_coverage": Meaning(
        "Risk and coverage",
        "Were the assistant to answer only where its judge is surest, how many of its answers would be wrong? From "
        "left to right it answers more and more of the questions. The lower the line, the better.",
    ),
    "calibration": Meaning(
        "Confidence and truth",
        "Questions with a like confidence of the judge are put together; each point shows how often the pack did "
        "answer them. On the dashed line, confidence and truth are the same.",
    ),
}


def meaning(measure: str) -> Meaning:
    """What a measure means; a new one goes by its own name until it is explained here."""
    return _MEANINGS.get(measure, Meaning(spaced(measure), ""))


def subject(measure: str) -> str:
    """What a measure is about: one of SUBJECTS."""
    return _SUBJECT.get(measure, OTHER)


def curve_meaning(curve: str) -> Meaning:
    return _CURVES.get(curve, Meaning(spaced(curve), ""))


def spaced(name: str) -> str:
    return name.replace("_", " ").strip().capitalize() or name
