"""How often somebody may guess at a link: counted in the audit, so by all workers together and across restarts.

A link begins with the id of the person whom it is for. Guesses are counted by that, whether there is such a person or
not: nobody shuts out others, or finds out who there is.
"""

import logging
import math
import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.secretariat.audit import Change, alone, note
from assistant.secretariat.tables import AuditRow

TRIES: Final = 5
WITHIN: Final = timedelta(minutes=15)

_FAILED: Final = "failed_to_sign_in"
_PERSON: Final = re.compile(r"[0-9a-f]{32}")
_NOBODY: Final = "unknown"

_log = logging.getLogger("assistant.secretariat")


class TooManyTries(Exception):
    """A link that was not even looked up; the whole seconds until one is again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"no link is looked up for {seconds} seconds")
        self.seconds = seconds


def new_secret(person: str) -> str:
    """What a link of a person holds."""
    return person + secrets.token_urlsafe(32)


def turn_away(session: Session, secret: str, *, at: datetime) -> None:
    """TooManyTries for a link of somebody at whose links enough was guessed of late."""
    alone(session)
    account = _account(secret)
    guessed = (AuditRow.subject_kind == "person", AuditRow.subject == account, AuditRow.action == _FAILED)
    asked = select(AuditRow.at).where(*guessed, AuditRow.at > at - WITHIN).order_by(AuditRow.at.desc()).limit(TRIES)
    tried = session.scalars(asked).all()
    if len(tried) == TRIES:
        _log.warning("nobody signed in: a link of %s is not looked up after %s guesses", account, TRIES)
        raise TooManyTries(math.ceil((tried[-1] + WITHIN - at).total_seconds()))


def failed(session: Session, secret: str, *, is_guess: bool, at: datetime) -> None:
    """A link was looked up and signs nobody in. What it held is kept nowhere; guesses are counted."""
    account = _account(secret)
    _log.warning("nobody signed in: a link of %s is %s", account, "made up" if is_guess else "used or too old")
    if is_guess:
        note(session, Change(None, _FAILED, "person", account), at=at)


def _account(secret: str) -> str:
    named = _PERSON.match(secret)
    return named[0] if named else _NOBODY
