"""What the pages of the pack and of its gaps show, made at once."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from assistant.domain import Answer, Outcome
from assistant.secretariat.pack_changes import State, row_of
from assistant.secretariat.roles import Role
from assistant.web.service import Service
from tests.web.console.clients import done, somebody

_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
_FOUND = {
    "changes": {"version": "v-0", "added": 1, "changed": 1, "removed": 1, "unchanged": 4, "embedded": 2, "built": True},
    "files": [["added", "more.md"], ["changed", "pack.md"]],
    "campaign": ["- closes = 2026-12-01", "+ closes = 2026-12-08"],
    "passages": [
        {"title": "Pack", "heading": ["The role"], "before": "It meets four times.", "after": "It meets five times."},
        {"title": "More", "heading": [], "before": "", "after": "It is in Leeds."},
        {"title": "Pack", "heading": ["Fees"], "before": "The fee is £300.", "after": ""},
    ],
    "approved": [{"id": "0" * 32, "question": "How often does it meet?"}],
    "cases": [{"place": "answerable.jsonl", "id": "b-1", "question": "What is the fee?"}],
    "unread": [{"file": "more.md", "hidden": ["White words."], "dropped": ["Page 1", "Page 2"]}],
    "orders": ["More (more), at its beginning"],
}


def checked(service: Service) -> str:
    """The number of a change in which all is found that can be."""
    number = done(service.packs.start(by=somebody(service, Role.APPROVER, "Grace").id, at=_AT))

    def work(session: Session) -> None:
        row = row_of(session, service.packs.campaign, number)
        row.state, row.summary = State.CHECKED.value, row.summary | {"found": _FOUND, "base": ""}

    done(service.secretariat.database.run(work))
    return str(number)


def in_vain(service: Service) -> str:
    """The id of a turn that asked something which the pack does not say."""
    started = done(service.records.start_turn(None, "Can I bring my guide dog?", asked_at=_AT))
    answer = Answer(Outcome.NOT_IN_PACK, "The pack does not say.")
    done(service.records.finish_turn(started.turn, answer, {"text": answer.text}, finished_at=_AT))
    return started.turn


def addendum(service: Service) -> str:
    """The id of a question-and-answer that waits."""
    by = somebody(service, Role.REVIEWER, "Bo").id
    said = "Yes, they are welcome.\n\n- Tell us before\n- Bring water"
    return done(service.addenda.write("May I bring a guide dog?", said, published="", by=by, at=_AT))
