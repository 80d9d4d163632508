"""Cases and answers for the tests of measures."""

from dataclasses import replace

from assistant.domain import Answer, Citation, Outcome, Sentence
from evals.domain import Case
from knowledge.domain import BlockKind, Evidence, Passage

FEE = "The fee is £310 a day."
HARBOURS = "The Board looks after three harbours."
BOATS = "It licenses forty boats and their crews."
ROW = "Role: Vice-Chair; Days a month: 6; Fee a year: £18,750"


def passage(text: str, *, page: int | None = None, kind: BlockKind = BlockKind.PARAGRAPH, lead_in: str = "") -> Passage:
    return Passage(text, "pack", "Pack", (), text, kind, lead_in, "", page, 0, len(text), 0, 0)


def cited(quote: str, text: str = "", *, number: int = 1, page: int | None = None) -> Citation:
    """A citation of the quote from a passage of that text (by default, nothing else)."""
    kind = BlockKind.TABLE_ROW if "; " in (text or quote) else BlockKind.PARAGRAPH
    return Citation(number, passage(text or quote, page=page, kind=kind), quote)


def answer(*quotes: str, outcome: Outcome = Outcome.ANSWERED, text: str = "") -> Answer:
    """An answer that says its quotes, a sentence each."""
    return saying(*((quote, (cited(quote),)) for quote in quotes), outcome=outcome, text=text)


def saying(
    *said: tuple[str, tuple[Citation, ...]], outcome: Outcome = Outcome.ANSWERED, text: str = "", mode: str = "quoting"
) -> Answer:
    """An answer of these sentences with the citations under each; citations are numbered as they come."""
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for words, under in said:
        numbered = [replace(one, number=len(citations) + place) for place, one in enumerate(under, start=1)]
        citations += numbered
        sentences.append(Sentence(words, tuple(one.number for one in numbered)))
    whole = text or "\n".join(words for words, _ in said)
    return Answer(outcome, whole, sentences=tuple(sentences), citations=tuple(citations), mode=mode)


def found(*texts: str, said: Answer | None = None) -> Answer:
    """An answer (by default, one that says nothing) whose search found passages of these texts, best first."""
    evidence = tuple(Evidence(passage(text), 1 / rank, 0.5, 1.0) for rank, text in enumerate(texts, start=1))
    return replace(said or answer(), evidence=evidence, timings_ms={"search": 1.0})


def case(**fields: object) -> Case:
    line = {
        "id": "c1",
        "campaign": "board",
        "kind": "answerable",
        "question": "What is the fee?",
        "turns": (),
        "outcomes": frozenset({Outcome.ANSWERED}),
    }
    return Case(**(line | fields))  # type: ignore[arg-type]
