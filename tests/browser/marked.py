"""An answer about which the secretariat has said all that it can, for the pages that show it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from assistant.casebook import CaseLine
from assistant.domain import Claim, Dropped, Likely, Outcome, Versions
from assistant.secretariat.marks import Grade, Mark, Opinion, Verdict
from assistant.secretariat.people import Person
from assistant.secretariat.roles import Role
from assistant.web.schemas import answer_body
from assistant.web.service import Service
from assistant.web.turns import passage_url
from knowledge.domain import Evidence
from tests.browser.acted import CONDUCT, PACK, PARTLY, TABLE
from tests.web.console.clients import done, somebody

ASKED: Final = "How often does the Board meet, and is travel to itsmeetingsinfarawayplaceswithlongnames paid for?"
_SAID: Final = replace(
    PARTLY,
    mode="model",
    versions=Versions(PACK.pack_version, PACK.version, "prompt", "a-model", "code"),
    timings_ms={"screen": 0.1, "search": 6.2, "judge": 30.0, "compose": 1.0, "total": 38.0},
    evidence=tuple(Evidence(one, 0.5, 0.4, 3.0) for one in (*(c.passage for c in PARTLY.citations), CONDUCT, *TABLE)),
    restated="How often does the Board meet, and is travel paid for by the Board?",
    judged={"how often does the Board meet": 0.93, "is travel paid for": 0.2},
    line=0.22,
    likeliest=(
        Likely(0, 0.93, "p1", "The Board meets four times a year", 0.9),
        Likely(1, 0.2, "p2", "£301 a day", 0.1),
    ),
    dropped=(Dropped(Claim("Travel is paid at £9 a mile.", ()), "its quote is not in the pack"),),
)
_WRONG: Final = Opinion(
    Verdict.WRONG,
    "Travel is in the annex",
    pack_at_fault=True,
    marks=(Mark("sentence", 1, Grade.NEEDS_WORK, "say which months"), Mark("citation", 1, Grade.RIGHT)),
    comment="Ask the office",
)


def marked(service: Service) -> str:
    """The id of the answer. Two reviewers differ on it, it is found not useful, given to somebody, and a case."""
    at, secretariat = datetime.now(UTC), service.secretariat
    ada, grace = (somebody(service, Role.REVIEWER, name) for name in ("Ada", "Grace"))
    turn = _asked(service, at)
    done(secretariat.reviews.mark(turn, Opinion(Verdict.RIGHT), by=ada.id, at=at))
    done(secretariat.reviews.mark(turn, _WRONG, by=grace.id, at=at))
    done(secretariat.reviews.comment(turn, "Let us ask them", by=ada.id, at=at))
    done(secretariat.reviews.assign(turn, grace.id, by=ada.id, at=at))
    done(service.records.feedback(turn, useful=False, reason="It did not answer my question", at=at))
    _make_case(service, turn, ada, at)
    return turn


def _asked(service: Service, at: datetime) -> str:
    started = done(service.records.start_turn(None, ASKED, asked_at=at))
    body = answer_body(
        _SAID,
        id=started.turn,
        conversation=started.conversation,
        url=passage_url(PACK.campaign.id, PACK.pack_version),
        links=(),
        versions=Versions("", "", "", "", ""),
    )
    done(service.records.finish_turn(started.turn, _SAID, body.model_dump(mode="json"), finished_at=at))
    return started.turn


def _make_case(service: Service, turn: str, by: Person, at: datetime) -> None:
    line = CaseLine(
        id=f"{PACK.campaign.id}-reviewed-{turn[:12]}",
        kind="partly_answerable",
        question=ASKED,
        outcomes=[Outcome.PARTLY_ANSWERED],
        rests_on=[citation.quote for citation in _SAID.citations],
        author="the secretariat",
        date=at.date().isoformat(),
    )
    done(service.secretariat.cases.add(PACK.campaign.id, turn, line, by=by.id, at=at))
