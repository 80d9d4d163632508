"""Approved answers for the pages: a draft with faults, and one whose passage changed."""

from dataclasses import replace
from datetime import UTC, datetime

from assistant.domain import Sentence
from assistant.secretariat.approved import Words
from assistant.secretariat.binding import bound
from assistant.secretariat.roles import Role
from assistant.web.service import Service
from tests.web.console.clients import done, somebody

_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)


def drafted(service: Service) -> str:
    """A draft of two sentences, of which one cites nothing; its id."""
    words = _words(service, "How often does the Board meet?")
    words = replace(words, sentences=(*words.sentences, Sentence("It meets in Leeds.", ())))
    return done(service.secretariat.approvals.draft(words, campaign=_campaign(service), by=_author(service), at=_AT))


def stale(service: Service) -> str:
    """An answer that was in use until its passage changed; its id."""
    approvals, author = service.secretariat.approvals, _author(service)
    words = _words(service, "How often are meetings of the Board?")
    id = done(approvals.draft(words, campaign=_campaign(service), by=author, at=_AT))
    done(approvals.send(id, revision=0, by=author, at=_AT))
    approver = somebody(service, Role.APPROVER, "Grace").id
    done(approvals.approve(id, revision=1, by=approver, at=_AT))
    cited, *rest = service.pack().passages
    changed = replace(cited, text=f"{cited.text} Lunch is provided.")
    done(approvals.withdraw_stale(_campaign(service), [changed, *rest], at=_AT))
    return id


def _words(service: Service, question: str) -> Words:
    cited = service.pack().passages[0]
    quote = cited.text.split("\n")[0]
    return Words(question, ("How many times a year?",), (Sentence(quote, (1,)),), (bound(1, cited, quote),))


def _author(service: Service) -> str:
    return somebody(service, Role.REVIEWER, "Ada").id


def _campaign(service: Service) -> str:
    return service.pack().campaign.id
