"""The form in which an approved answer is written: what it holds, as words to keep."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import FormData

from assistant.domain import Sentence
from assistant.secretariat.approval_checks import MOST_SENTENCES
from assistant.secretariat.approved import Words
from assistant.secretariat.quotable import chosen, with_sources
from assistant.text import clean
from knowledge.domain import Passage

_MOST_SOURCES: Final = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent: the words as they are now, and what to do next."""

    words: Words
    revision: int
    do: str
    query: str


def sent(form: FormData, kept: Words, passages: Sequence[Passage]) -> Sent:
    """The form's words over those that were kept. Sources come from the pack alone; a form only names them."""
    dropped = set(_numbers(form, "drop"))
    citations = tuple(one for one in kept.citations if one.number not in dropped)
    known = {one.number for one in citations}
    rows = ((_text(form, f"sentence-{place}"), _numbers(form, f"cites-{place}")) for place in range(MOST_SENTENCES + 1))
    words = Words(
        question=_text(form, "question"),
        wordings=tuple(dict.fromkeys(filter(None, map(clean, _raw(form, "wordings").splitlines())))),
        sentences=tuple(Sentence(text, tuple(n for n in cites if n in known)) for text, cites in rows if text),
        citations=citations,
    )
    do = _raw(form, "do")
    if do in ("say", "cite"):
        ticked = chosen([str(id) for id in form.getlist("add")][:_MOST_SOURCES], passages)
        words = with_sources(words, ticked, said=do == "say")
    revision = _raw(form, "revision")
    return Sent(words, int(revision) if revision.isdecimal() else -1, do, _text(form, "q")[:200])


def begun(kept: Words, question: str) -> Words:
    """The beginnings of an answer with the question that somebody gave it."""
    return replace(kept, question=clean(question))


def _raw(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _text(form: FormData, name: str) -> str:
    return clean(_raw(form, name))


def _numbers(form: FormData, name: str) -> list[int]:
    return [int(value) for value in form.getlist(name) if isinstance(value, str) and value.isdecimal()]
