"""Synthetic packs: fictional bodies with the sections of real ones, each fact present or absent at random.

What a pack states is known by construction, and so is the answer to every question about it: the statements of the
facets that were put in, or nothing.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from training.domain import Example, Place
from training.facets import Facet
from training.filling import filled, values
from training.wording import as_typed

_PRESENT = 0.5
"""How likely a pack is to state a facet."""
_BESIDE = 0.6
"""How likely it is to hold sentences that only seem to, stated or not."""
_EASY = 6
"""Sentences of other subjects that a question is compared with."""

_HEADINGS: Mapping[str, str] = {
    "pay": "Remuneration|Pay and expenses|Fees|Remuneration and allowances",
    "expenses": "Expenses|Remuneration and expenses|Travel and subsistence",
    "deadline": "How to apply|Timeline|Key dates|Indicative timetable",
    "opening date": "Timeline|Key dates",
    "how to apply": "How to apply|Making an application|Applying",
    "selection": "The selection process|How candidates are chosen|Recruitment process|Timeline",
    "term": "Length of appointment|Terms of appointment|Tenure",
    "start date": "Key dates|Terms of appointment|Start date",
    "time commitment": "Time commitment|Terms of appointment",
    "meeting frequency": "Meetings|How the body works|Time commitment",
    "meeting place": "Meetings|Location|Where we meet",
    "meeting length": "Meetings|Time commitment",
    "location": "Location|Place of work",
    "travel": "Location and travel|Travel",
    "nationality": "Eligibility|Nationality",
    "age": "Eligibility",
    "disqualification": "Eligibility|Disqualification from appointment",
    "eligibility": "Eligibility|Who can apply",
    "person specification": "Person specification|Essential criteria|What we are looking for|Skills and experience",
    "conflicts": "Conflicts of interest|Standards in public life|Conduct",
    "political activity": "Political activity|Standards in public life",
    "checks": "Pre-appointment checks|Due diligence|Security",
    "adjustments": "Reasonable adjustments|Disability Confident|Equality",
    "diversity": "Diversity and inclusion|Equality",
    "duties": "Role description|Key responsibilities|The role",
    "contact": "Contact|Further information|Enquiries",
    "complaints": "Complaints|If you are not satisfied",
    "data protection": "Privacy notice|How we use your information",
    "the body": "About us|Introduction|Background",
    "history of the body": "About us|Background|Introduction",
    "powers and independence": "About us|Our remit|Governance",
}
_ANY_HEADING = (
    "About the role|Appointment description|Terms of appointment|Summary|Key facts|Further information|Introduction|"
    "Information for candidates|A letter from the Chair|Message from the Minister|Frequently asked questions"
)
_ABOVE = "Candidate information pack|Recruitment pack|Appointment description|Public appointment"
_LEAD_INS = (
    "You will:|Members are expected to:|The successful candidate will have:|In brief:|Please note:|The Chair will:"
)
_NEIGHBOURS = (
    "meeting frequency|meeting length|meeting place|time commitment|location|travel|region",
    "nationality|eligibility|disqualification|conflicts|political activity|combining|age|checks|person specification",
    "contact|complaints|further information|how to apply|adjustments|feedback and applicants|data protection",
    "deadline|opening date|how to apply|selection|start date|feedback and applicants",
    "pay|expenses|tax|pension|benefits",
    "the body|history of the body|powers and independence|size and members|duties|number of posts",
    "training and support|well-being|equipment|benefits|adjustments|diversity",
    "term|start date|number of posts|job share|time commitment|combining|representation",
)
"""Subjects whose statements may answer one another's questions unforeseen: never held against each other."""
_LABEL = re.compile(r"^([A-Z][^.:|]{2,40})(?:: | \| )(.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence of the pack; `facet` states it when `tells`, and else only stands beside it."""

    text: str
    facet: Facet
    tells: bool


def examples(facets: Sequence[Facet], seed: int, *, asked: int) -> Iterator[Example]:
    """Questions, `asked` of each pack of an endless row of packs, about what it states and what it does not."""
    rng = random.Random(seed)  # noqa: S311 - training data, no secret
    askable = [facet for facet in facets if facet.questions and facet.statements]
    while True:
        known = values(rng)
        lines = _lines(askable, known, rng)
        places = [_place(line, rng) for line in lines]
        for facet in rng.sample(askable, min(asked, len(askable))):
            question = as_typed(filled(rng.choice(facet.questions), known, rng), rng)
            yield _example(question, facet, lines, places, rng)


def _lines(facets: Sequence[Facet], known: Mapping[str, str], rng: random.Random) -> list[_Line]:
    lines = []
    for facet in facets:
        if rng.random() < _PRESENT:
            statements = rng.sample(facet.statements, min(len(facet.statements), rng.choice((1, 1, 1, 2))))
            lines += [_Line(filled(text, known, rng), facet, True) for text in statements]
        if facet.beside and rng.random() < _BESIDE:
            beside = rng.sample(facet.beside, min(len(facet.beside), rng.choice((1, 2, 2, 3))))
            lines += [_Line(filled(text, known, rng), facet, False) for text in beside]
    return lines


def _place(line: _Line, rng: random.Random) -> Place:
    """The sentence under a heading, which now and then tells nothing, and its label on a line of its own."""
    own = _HEADINGS.get(line.facet.subject, line.facet.subject.capitalize())
    heading = rng.choice((own if rng.random() < 0.6 else _ANY_HEADING).split("|"))
    if rng.random() < 0.35:
        heading = f"{rng.choice(_ABOVE.split('|'))} > {heading}"
    lead = [] if rng.random() < 0.12 else [heading]
    text = line.text
    if (label := _LABEL.match(text)) and rng.random() < 0.7:
        text = f"{label[1]}\n{label[2]}"
    elif text[0].islower():
        lead.append(rng.choice(_LEAD_INS.split("|")))
    above = "".join(f"{part}\n" for part in lead)
    return Place(above + text, len(above), len(above), len(above) + len(text))


def _example(
    question: str, asked: Facet, lines: Sequence[_Line], places: Sequence[Place], rng: random.Random
) -> Example:
    """Beside the own subject's sentences a few of others; what stands beside other facets is not known to be silent."""
    near = [number for number, line in enumerate(lines) if line.facet.subject == asked.subject]
    near = [number for number in near if lines[number].tells or lines[number].facet == asked]
    far = [number for number, line in enumerate(lines) if line.facet.subject != asked.subject and line.tells]
    telling = [number for number in far if lines[number].facet.tells(asked)]
    apart = _apart(asked.subject)
    easy = [number for number in far if number not in telling and lines[number].facet.subject not in apart]
    chosen = [*near, *telling, *rng.sample(easy, min(_EASY, len(easy)))]
    answers = frozenset(
        position for position, number in enumerate(chosen) if lines[number].tells and lines[number].facet.tells(asked)
    )
    hard = frozenset(position for position, number in enumerate(chosen) if number in near) - answers
    return Example("packs", question, tuple(places[number] for number in chosen), answers, hard)


def _apart(subject: str) -> frozenset[str]:
    """The subjects that are neighbours of this one."""
    return frozenset(other for group in _NEIGHBOURS if subject in group.split("|") for other in group.split("|"))
