"""The tables of the secretariat, as SQLAlchemy models beside those of the records. A change here needs a migration."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from assistant.tables import Base, Counted


def _of_turn(*, primary_key: bool = False, index: bool = False) -> Mapped[int]:
    key = ForeignKey("turn.number", ondelete="CASCADE")
    return mapped_column(Counted, key, primary_key=primary_key, autoincrement=False, index=index)


def _of_person(*, index: bool = False) -> Mapped[Any]:
    return mapped_column(String(32), ForeignKey("person.id"), index=index)


class PersonRow(Base):
    """Somebody of the secretariat. `subject` is what their sign-in knows them by, `role` a value of Role."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(500), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    last_seen: Mapped[datetime | None]


class SessionRow(Base):
    """A browser that is signed in. Only a hash of what its cookie holds is kept."""

    __tablename__ = "session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = _of_person(index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInLinkRow(Base):
    """A link that signs one person in, once."""

    __tablename__ = "sign_in_link"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = _of_person()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttemptRow(Base):
    """A browser that was sent to the provider of identities; `kept` is what its return is checked against."""

    __tablename__ = "sign_in_attempt"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kept: Mapped[dict[str, Any]]
    expires_at: Mapped[datetime]


class AuditRow(Base):
    """A change, never altered afterwards. `hash` covers the row and `previous_hash`; `person` is NULL for the program.

    `before` and `after` hold states and ids, never what a candidate typed.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject", "subject_kind", "subject"),)

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    person: Mapped[str | None] = _of_person(index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class ReviewRow(Base):
    """What a reviewer thinks of an answer. `verdict` is right, incomplete, wrong, should_not or should_have.

    `marks` are [{sentence, mark, reason}]; the authoritative one counts where two differ.
    """

    __tablename__ = "review"

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    turn: Mapped[int] = _of_turn(index=True)
    person: Mapped[str] = _of_person()
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    pack_at_fault: Mapped[bool]
    authoritative: Mapped[bool]
    marks: Mapped[list[Any]]
    comment: Mapped[str | None] = mapped_column(Text)


class LockRow(Base):
    """Who looks at an answer just now, so that nobody else is sent to it."""

    __tablename__ = "lock"

    turn: Mapped[int] = _of_turn(primary_key=True)
    person: Mapped[str] = _of_person()
    until: Mapped[datetime]


class AssignmentRow(Base):
    """Whose an answer is to look after."""

    __tablename__ = "assignment"

    turn: Mapped[int] = _of_turn(primary_key=True)
    person: Mapped[str] = _of_person(index=True)


class CommentRow(Base):
    """What somebody of the secretariat says about an answer."""

    __tablename__ = "comment"

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    turn: Mapped[int] = _of_turn(index=True)
    person: Mapped[str] = _of_person()
    at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)


class ApprovedRow(Base):
    """An answer of the secretariat's own. `state` is draft, waiting, live, stale or withdrawn.

    `sentences` are [{text, citations}], `citations` [{number, passage, content_hash, quote, document, title, heading,
    page, context}]; `replaced` are [{number, old, new}] of a stale one. `revision` grows with each change.
    """

    __tablename__ = "approved"
    __table_args__ = (Index("ix_approved_state", "campaign", "state"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    campaign: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(Text)
    sentences: Mapped[list[Any]]
    citations: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[str] = _of_person()
    approver: Mapped[str | None] = _of_person()
    drafted_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    checked_on: Mapped[datetime | None]
    replaced: Mapped[list[Any] | None]
    served: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    turn: Mapped[int | None] = mapped_column(Counted, ForeignKey("turn.number", ondelete="SET NULL"))
    replaces: Mapped[str | None] = mapped_column(String(32), ForeignKey("approved.id"))


class WordingRow(Base):
    """Another way to ask what an approved answer answers."""

    __tablename__ = "wording"

    number: Mapped[int] = mapped_column(Counted, primary_key=True, autoincrement=True)
    approved: Mapped[str] = mapped_column(String(32), ForeignKey("approved.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)


class SwitchRow(Base):
    """Something that the secretariat can turn off, and why it is as it is."""

    __tablename__ = "switch"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    off: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = _of_person()
    at: Mapped[datetime]


class AddendumRow(Base):
    """A question-and-answer that the secretariat adds to a campaign's pack, as a document of its own."""

    __tablename__ = "addendum"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    campaign: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[str] = _of_person()
    approver: Mapped[str | None] = _of_person()
    at: Mapped[datetime]


class PackChangeRow(Base):
    """A change of a campaign's documents, from its draft on. `number` names its folder.

    `state` is a value of packs.State; `summary` says what it brings and what was found out about it.
    """

    __tablename__ = "pack_change"
    __table_args__ = (Index("ix_pack_change_number", "campaign", "number", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int]
    campaign: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    person: Mapped[str] = _of_person()
    at: Mapped[datetime]
    summary: Mapped[dict[str, Any]]


class QuestionVectorRow(Base):
    """The meaning of one thing that was asked, counted from 0: a vector of 16-bit numbers, and the subject it names.

    `made_by` says by which embedder and which subjects. Made from a candidate's words, it goes when they go.
    """

    __tablename__ = "question_vector"

    turn: Mapped[int] = _of_turn(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_by: Mapped[str] = mapped_column(String(100))
    subject: Mapped[str] = mapped_column(String(100))
    vector: Mapped[bytes]


class EvalCaseRow(Base):
    """A reviewed answer as a case of the evals; `text` is its line there, `split` tuning or test."""

    __tablename__ = "eval_case"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    campaign: Mapped[str] = mapped_column(String(200), index=True)
    turn: Mapped[int | None] = mapped_column(Counted, ForeignKey("turn.number", ondelete="SET NULL"), unique=True)
    text: Mapped[str] = mapped_column(Text)
    split: Mapped[str] = mapped_column(String(10))
    person: Mapped[str] = _of_person()
    at: Mapped[datetime]


class RetentionRow(Base):
    """The one row (number 1) of what has to be remembered about erasing.

    `after_closing` are the days that an administrator set, `ran_at` is when the rule of retention was last carried out.
    `erasures` counts what was erased, `swept` up to which of these the database's files were written anew.
    """

    __tablename__ = "retention"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    after_closing: Mapped[int | None]
    ran_at: Mapped[datetime | None]
    erasures: Mapped[int]
    swept: Mapped[int]
