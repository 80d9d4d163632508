"""The report's words: what kinds, outcomes, slices and figures are called, for readers who don't program."""

from collections.abc import Iterable
from datetime import datetime

from assistant.domain import Outcome
from evals.domain import Figure
from evals.reporting.meanings import meaning, spaced

_KINDS = {
    "answerable": "The pack answers",
    "list": "The answer is a list",
    "partly_answerable": "The pack answers a part",
    "not_in_pack": "The pack does not say",
    "false_premise": "The question assumes something wrong",
    "follow_up": "Follow-up questions",
    "topic_change": "A change of topic",
    "fragment": "Typing errors and fragments",
    "deal_breaker": "“Can I do this if ...?”",
    "table": "The answer stands in a table",
    "amended": "Facts that were amended",
    "ambiguous": "Questions with more than one meaning",
    "own_chances": "“Will I be appointed?”",
    "drafting": "“Write my application”",
    "child_at_risk": "A child may be at risk",
    "work_of_the_body": "The body’s own work (no child at risk)",
    "crisis": "The person may be in crisis",
    "personal_data": "Personal details in the question",
    "instructions": "Attempts to redirect the assistant",
    "off_topic": "Not about the appointment",
    "greeting": "Greetings and thanks",
    "leave_out": "Made by rule: the evidence is taken out",
    "changed_fact": "Made by rule: a fact of the pack is changed",
    "planted": "Made by rule: orders are planted in the pack",
    "paraphrase": "Made by rule: the question is put differently",
    "scripted": "Made by rule: a model that makes mistakes",
}

_DID = {
    Outcome.ANSWERED: "answered",
    Outcome.PARTLY_ANSWERED: "answered a part",
    Outcome.NOT_IN_PACK: "said that the pack does not answer",
    Outcome.CLARIFY: "asked what was meant",
    Outcome.DECLINED: "declined",
    Outcome.SIGNPOSTED: "pointed to help",
    Outcome.GREETED: "greeted",
    Outcome.UNAVAILABLE: "was out of order",
}

_SHOULD = {
    Outcome.ANSWERED: "answer",
    Outcome.PARTLY_ANSWERED: "answer a part and say what is missing",
    Outcome.NOT_IN_PACK: "say that the pack does not answer",
    Outcome.CLARIFY: "ask what is meant",
    Outcome.DECLINED: "decline",
    Outcome.SIGNPOSTED: "point to help",
    Outcome.GREETED: "greet",
    Outcome.UNAVAILABLE: "say that it is out of order",
}


def kind_title(kind: str) -> str:
    """What a kind of case is called; a new kind goes by its own name."""
    return _KINDS.get(kind, spaced(kind))


def campaign_title(campaign: str) -> str:
    return spaced(campaign.replace("-", "_"))


def slice_title(name: str) -> str:
    """What a slice is called: "all", or one or more of "kind=...", "campaign=...", "of=..." joined by " and "."""
    if name == "all":
        return "all cases"
    return ", ".join(_term_title(*term.split("=", 1)) for term in name.split(" and "))


def did(outcome: Outcome) -> str:
    """What happened, as words that follow "it": "answered a part"."""
    return _DID[outcome]


def should(outcomes: Iterable[Outcome]) -> str:
    """What may happen, as words that follow "it should": "answer, or say that the pack does not answer"."""
    return ", or ".join(_SHOULD[outcome] for outcome in sorted(outcomes))


def moment(at: str) -> str:
    """An ISO time as people write it; what is no ISO time stays as it is."""
    try:
        made = datetime.fromisoformat(at)
    except ValueError:
        return at
    return f"{made.day} {made:%B %Y}, {made:%H:%M} {made.tzname() or ''}".rstrip()


def amount(measure: str, value: float) -> str:
    """A value of the measure as it is shown: in per cent where it is a share."""
    return f"{value:.1%}" if meaning(measure).share else f"{value:.3f}"


def interval(figure: Figure) -> str:
    return f"{amount(figure.measure, figure.low)} to {amount(figure.measure, figure.high)}"


def _term_title(key: str, value: str = "") -> str:
    if key == "kind":
        return kind_title(value)
    if key == "of":
        return f"made from: {kind_title(value)}"
    return campaign_title(value) if key == "campaign" else spaced(key)
