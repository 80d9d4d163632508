"""What the pages of approved answers share: the answer that an address names, its faults, how a candidate sees it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup

from assistant.domain import Citation, Versions
from assistant.secretariat.approval_checks import Fault, Surroundings, faults_of
from assistant.secretariat.approvals import ApprovalError, Approvals
from assistant.secretariat.approved import Approved, Words
from assistant.secretariat.approved_answers import answer_of
from assistant.secretariat.binding import Contents, standing
from assistant.secretariat.quotable import tidied
from assistant.web.console.frame import Console
from assistant.web.errors import Problem
from assistant.web.layout import Pages
from assistant.web.schemas import answer_body
from assistant.web.service import NotReady
from assistant.web.shown_turns import ShownTurn
from assistant.web.turns import passage_url

_NONE: Final = Versions(pack="", index="", prompt="", model="", code="")
_STATUS: Final = {"unknown": 404, "own": 403, "changed": 409, "state": 409}


class Desk:
    """Where answers are written and approved."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.approvals: Approvals = console.secretariat.approvals
        self._contents = Contents()

    @property
    def campaign(self) -> str:
        """The id of the campaign being served; empty while there is none."""
        try:
            return self.console.service.pack().campaign.id
        except NotReady:
            return ""

    async def find(self, id: str) -> Approved:
        """An answer of this campaign, or a Problem."""
        found = await self.approvals.find(id)
        if found is None or found.campaign != self.campaign:
            raise Problem(404, self.console.said["approved_problems"]["unknown"])
        return found

    async def in_hand(self) -> int:
        """How many wait for somebody."""
        return await self.approvals.in_hand(self.campaign)

    async def faults(self, approved: Approved, words: Words | None = None) -> tuple[Fault, ...]:
        """What keeps it, with these words or its own, from being served."""
        service, asked = self.console.service, await self.approvals.asked_for(approved)
        others = await self.approvals.live(approved.campaign)
        pack = service.pack()
        around = Surroundings(
            campaign=pack.campaign,
            passages=pack.passages,
            screen=service.screen,
            asked=asked.question if asked else "",
            others=[one for one in others if one.id not in (approved.id, approved.replaces)],
        )
        return faults_of(words or approved.words, around)

    def told(self, faults: Sequence[Fault]) -> list[dict[str, str]]:
        """The faults in words, for an error summary."""
        return [{"text": self._told(fault), "href": f"#{fault.field}"} for fault in faults]

    def _told(self, fault: Fault) -> str:
        text = self.console.said["approved_faults"][fault.what].format(detail=fault.detail)
        field, _, place = fault.field.partition("-")
        if field != "sentence" or fault.what in ("no_sentence", "too_many_sentences"):
            return text
        return f"{self.console.said['approved']['sentence'].format(number=int(place) + 1)}: {text}"

    def cited(self, approved: Approved) -> tuple[Citation, ...] | None:
        """Its citations in the version being served, if all of them stand there."""
        pack = self.console.service.pack()
        return standing(approved, self._contents.of(pack.version, pack.passages))

    def unserved(self, live: Sequence[Approved]) -> frozenset[str]:
        """Those of the live ones that the version being served does not bear out, and that are therefore not given."""
        return frozenset(one.id for one in live if self.cited(one) is None)

    def preview(self, approved: Approved) -> Markup:
        """The answer as a candidate will see it, empty when it can't be served as it is."""
        shown = replace(approved, words=tidied(approved.words), checked_on=approved.checked_on or datetime.now(UTC))
        cited = self.cited(shown)
        if not cited or not all(sentence.citations for sentence in shown.words.sentences):
            return Markup()
        pack = self.console.service.pack()
        body = answer_body(
            answer_of(shown, cited, pack.campaign),
            id=approved.id,
            conversation="",
            url=passage_url(pack.campaign.id, pack.pack_version),
            links=(),
            versions=_NONE,
        )
        turn = ShownTurn(approved.id, shown.words.question, body, "finished", feedback="none")
        # The page's own template has escaped whatever stands in it.
        rendered = Pages(self.console.service).render("turn.html", pack.campaign, turn=turn)
        return Markup(rendered)  # nosec B704  # noqa: S704

    @contextmanager
    def problems(self) -> Iterator[None]:
        """What can't be done, told in words."""
        try:
            yield
        except ApprovalError as error:
            raise Problem(_STATUS[error.why], self.console.said["approved_problems"][error.why]) from error
