"""The shapes of the contract: what comes in over HTTP and what goes out."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from assistant.domain import MAX_QUESTION, Answer, Citation, Nearest, Outcome, Rule, Said, Versions
from assistant.text import clean
from assistant.web.service import Link
from knowledge.domain import Evidence, Passage

MAX_REASON = 500

PassageUrl = Callable[[Passage], str]
"""Where a passage can be read."""


def _asked(text: str) -> str:
    text = clean(text)
    if not text:
        raise ValueError("holds nothing that can be read")
    if len(text) > MAX_QUESTION:
        raise ValueError(f"has {len(text)} characters; at most {MAX_QUESTION} are read")
    return text


def _said(text: str) -> str:
    text = clean(text)
    if len(text) > MAX_REASON:
        raise ValueError(f"has {len(text)} characters; at most {MAX_REASON} are kept")
    return text


Asked = Annotated[
    str,
    AfterValidator(_asked),
    Field(description=f"1 to {MAX_QUESTION} characters after cleaning", json_schema_extra={"minLength": 1}),
]


class _Incoming(BaseModel):
    model_config = ConfigDict(strict=True)


class AskBody(_Incoming):
    question: Asked
    conversation: str | None = Field(None, max_length=64, description="the id from an earlier answer")


class FeedbackBody(_Incoming):
    answer: str = Field(max_length=64, description="the id of the answer")
    useful: bool
    reason: Annotated[str, AfterValidator(_said)] | None = Field(None, description=f"at most {MAX_REASON} characters")


class SentenceBody(BaseModel):
    text: str
    citations: list[int]


class CitationBody(BaseModel):
    number: int
    document: str
    title: str
    heading: list[str]
    page: int | None
    quote: str
    url: str


class NearestBody(BaseModel):
    heading: list[str]
    quote: str
    url: str


class ContactBody(BaseModel):
    name: str
    email: str
    url: str


class VersionsBody(BaseModel):
    pack: str
    index: str
    prompt: str
    model: str
    code: str


class LinkBody(BaseModel):
    label: str
    url: str


class ApprovalBody(BaseModel):
    """That the secretariat checked an answer: which of those that it approved this is, and on which day it was."""

    id: str
    checked_on: date


class AnswerBody(BaseModel):
    """An answer as the contract gives it; `links` are the telephone numbers and pages of a fixed reply.

    `follow_ups` are questions that the pack answers and that this conversation has not asked yet.
    """

    id: str
    conversation: str
    outcome: Outcome
    rule: Rule | None
    text: str
    lead_in: str
    sentences: list[SentenceBody]
    citations: list[CitationBody]
    missing: str | None
    nearest: list[NearestBody]
    contact: ContactBody | None
    approved: ApprovalBody | None
    mode: str
    links: list[LinkBody]
    follow_ups: list[str] = []
    versions: VersionsBody
    timings_ms: dict[str, float]


class SaidBody(SentenceBody):
    """A sentence as it is released: with the citations that it is the first to use."""

    new_citations: list[CitationBody]


class DocumentBody(BaseModel):
    id: str
    title: str
    file: str
    dated: str | None
    amends: str | None


class CampaignBody(BaseModel):
    id: str
    name: str
    body: str
    page: str
    contact: ContactBody
    starters: list[str]
    opens: str | None
    closes: str | None


class PackBody(BaseModel):
    """The pack being served. `version` is the text's, `index` that of what was made of it for searching."""

    campaign: CampaignBody
    version: str
    index: str
    url: str
    documents: list[DocumentBody]
    passages: int


class FoundBody(BaseModel):
    """A passage that a search found."""

    passage: str
    document: str
    heading: list[str]
    page: int | None
    text: str
    score: float
    dense: float
    lexical: float
    url: str


def answer_body(
    answer: Answer,
    *,
    id: str,
    conversation: str,
    url: PassageUrl,
    links: Sequence[Link],
    versions: Versions,
    follow_ups: Sequence[str] = (),
) -> AnswerBody:
    """The whole answer; `versions` stand in where the answer names none."""
    at_work = answer.versions or versions
    return AnswerBody(
        id=id,
        conversation=conversation,
        outcome=answer.outcome,
        rule=answer.rule,
        text=answer.text,
        lead_in=answer.lead_in,
        sentences=[SentenceBody(text=said.text, citations=list(said.citations)) for said in answer.sentences],
        citations=[_citation(citation, url) for citation in answer.citations],
        missing=answer.missing,
        nearest=[_nearest(nearest, url) for nearest in answer.nearest],
        contact=ContactBody.model_validate(answer.contact, from_attributes=True) if answer.contact else None,
        approved=ApprovalBody.model_validate(answer.approved, from_attributes=True) if answer.approved else None,
        mode=answer.mode,
        links=[LinkBody(label=link.label, url=link.url) for link in links],
        follow_ups=list(follow_ups),
        versions=VersionsBody.model_validate(at_work, from_attributes=True),
        timings_ms={stage: round(spent, 2) for stage, spent in answer.timings_ms.items()},
    )


def said_body(said: Said, url: PassageUrl) -> SaidBody:
    return SaidBody(
        text=said.sentence.text,
        citations=list(said.sentence.citations),
        new_citations=[_citation(citation, url) for citation in said.citations],
    )


def found_body(evidence: Evidence, url: PassageUrl) -> FoundBody:
    passage = evidence.passage
    return FoundBody(
        passage=passage.id,
        document=passage.document,
        heading=list(passage.heading),
        page=passage.page,
        text=passage.text,
        score=round(evidence.score, 4),
        dense=round(evidence.dense, 4),
        lexical=round(evidence.lexical, 4),
        url=url(passage),
    )


def _citation(citation: Citation, url: PassageUrl) -> CitationBody:
    passage = citation.passage
    return CitationBody(
        number=citation.number,
        document=passage.document,
        title=passage.title,
        heading=list(passage.heading),
        page=passage.page,
        quote=citation.quote,
        url=url(passage),
    )


def _nearest(nearest: Nearest, url: PassageUrl) -> NearestBody:
    return NearestBody(heading=list(nearest.passage.heading), quote=nearest.quote, url=url(nearest.passage))
