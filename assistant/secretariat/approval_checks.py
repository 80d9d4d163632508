"""What keeps an approved answer from being served: each fault names the field it is in, and what is wrong."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from assistant.citing import cite
from assistant.domain import MAX_QUESTION, Basis, Claim, Dropped, Question, Refusal
from assistant.guard.personal_data import holds_personal_data
from assistant.secretariat.approved import Approved, Words
from assistant.secretariat.binding import by_content
from assistant.secretariat.question_form import Form, form_of, same_form
from knowledge.domain import Campaign, Evidence, Passage

MOST_SENTENCES: Final = 8
MOST_WORDINGS: Final = 20

_QUOTED: Final = 10
"""Words in a row that are no longer anybody's, but that candidate's."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is that of the form; `what` a word of [approved_faults], into which `detail` is filled."""

    field: str
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What words are checked against: the pack that is served, fixed replies, what a candidate typed, other answers."""

    campaign: Campaign
    passages: Sequence[Passage]
    screen: Callable[[Question], Refusal | None]
    asked: str = ""
    others: Sequence[Approved] = ()


def faults_of(words: Words, around: Surroundings) -> tuple[Fault, ...]:
    """All of them, in the order of the form; none when a second person may be asked to approve."""
    found = [*_of_question("question", words.question, around)]
    for wording in words.wordings:
        found += _of_question("wordings", wording, around)
    if len(words.wordings) > MOST_WORDINGS:
        found.append(Fault("wordings", "too_many", str(MOST_WORDINGS)))
    found += _of_sentences(words, around)
    return tuple(dict.fromkeys(found))


def _of_question(field: str, text: str, around: Surroundings) -> Iterator[Fault]:
    contact = around.campaign.contact
    if not text:
        yield Fault(field, "no_question")
    elif len(text) > MAX_QUESTION:
        yield Fault(field, "long_question", str(MAX_QUESTION))
    elif holds_personal_data(text, published=f"{contact.name}\n{contact.email}\n{contact.url}"):
        yield Fault(field, "personal_data")
    elif _quotes(text, around.asked):
        yield Fault(field, "quotes_candidate")
    elif around.screen(Question(text)):
        yield Fault(field, "fixed_reply")
    else:
        form = form_of(text)
        same = (one for one in around.others for own in (one.words.question, *one.words.wordings) if _same(form, own))
        yield from (Fault(field, "answered_already", one.words.question) for one in same)


def _same(form: Form, other: str) -> bool:
    return same_form(form, form_of(other))


def _quotes(text: str, asked: str) -> bool:
    """Whether a long run of words is the candidate's own. Short questions are everybody's."""
    theirs = _folded(asked)
    words = _folded(text).split()
    runs = (" ".join(words[start : start + _QUOTED]) for start in range(len(words) - _QUOTED + 1))
    return any(f" {run} " in f" {theirs} " for run in runs)


def _folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _of_sentences(words: Words, around: Surroundings) -> Iterator[Fault]:
    if not words.sentences:
        yield Fault("sentence-0", "no_sentence")
    if len(words.sentences) > MOST_SENTENCES:
        yield Fault("sentence-0", "too_many_sentences", str(MOST_SENTENCES))
    known = by_content(around.passages)
    evidence = [known.get(one.content_hash) for one in words.citations]
    for citation, passage in zip(words.citations, evidence, strict=True):
        if passage is None or citation.quote not in passage.text:
            yield Fault("sources", "source_gone", str(citation.number))
    if all(evidence):
        yield from _of_claims(words, [Evidence(passage, 0.0, 0.0, 0.0) for passage in evidence if passage], around)


def _of_claims(words: Words, evidence: Sequence[Evidence], around: Surroundings) -> Iterator[Fault]:
    """The checks that every sentence of the assistant passes, and the one for personal details."""
    places = {one.number: (place, one.quote) for place, one in enumerate(words.citations, start=1)}
    names = [name for name in (around.campaign.name, around.campaign.body) if name]
    for number, sentence in enumerate(words.sentences):
        field = f"sentence-{number}"
        bases = tuple(Basis(*places[one]) for one in sentence.citations if one in places)
        if not bases:
            yield Fault(field, "cites_nothing")
            continue
        checked = cite(Claim(sentence.text, bases), evidence, (), names=names)
        if isinstance(checked, Dropped):
            yield Fault(field, "not_held", checked.why)
        read = "\n".join(evidence[basis.number - 1].passage.text for basis in bases)
        contact = around.campaign.contact
        if holds_personal_data(sentence.text, published=f"{contact.email}\n{contact.url}\n{read}"):
            yield Fault(field, "personal_data")
