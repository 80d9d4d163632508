"""The form in which an answer is marked: read into an opinion, or into what is missing from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from assistant.secretariat.marks import Grade, Mark, Opinion, Verdict
from assistant.text import clean
from assistant.web.schemas import AnswerBody

_MAX: Final = 1000

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of a form: the field's id, and the name of the words that say so."""

    field: str
    words: str


def read_opinion(form: Form, body: AnswerBody | None) -> tuple[Opinion | None, list[Fault]]:
    """The opinion, or None and why it can't be taken."""
    marks = tuple(_marks(form, body))
    faults = [*_verdict_faults(form, marks), *_mark_faults(marks)]
    if faults:
        return None, faults
    opinion = Opinion(
        verdict=Verdict(form["verdict"]),
        reason=typed(form, "reason"),
        pack_at_fault=bool(form.get("pack_at_fault")),
        marks=marks,
        comment=typed(form, "comment"),
    )
    return opinion, []


def typed(form: Form, name: str) -> str:
    """What was typed into a field, cleaned and not too long."""
    return clean(form.get(name, ""))[:_MAX]


def _marks(form: Form, body: AnswerBody | None) -> Iterator[Mark]:
    """Those that were given, of sentences and citations that the answer has."""
    if body is None:
        return
    numbers = [("sentence", number) for number in range(1, len(body.sentences) + 1)]
    numbers += [("citation", citation.number) for citation in body.citations]
    for of, number in numbers:
        grade = form.get(f"{of}-{number}", "")
        if grade in list(Grade):
            yield Mark(of, number, Grade(grade), typed(form, f"{of}-{number}-reason"))


def _verdict_faults(form: Form, marks: tuple[Mark, ...]) -> Iterator[Fault]:
    verdict = form.get("verdict", "")
    if verdict not in list(Verdict):
        yield Fault("verdict", "verdict_missing")
    elif verdict != Verdict.RIGHT and not typed(form, "reason"):
        yield Fault("reason", "reason_missing")
    elif verdict == Verdict.RIGHT and any(mark.grade is Grade.WRONG for mark in marks):
        yield Fault("verdict", "not_right")


def _mark_faults(marks: tuple[Mark, ...]) -> Iterator[Fault]:
    for mark in marks:
        if mark.grade is not Grade.RIGHT and not mark.reason:
            yield Fault(f"{mark.of}-{mark.number}-reason", "mark_reason_missing")
