"""What stands on every page: the campaign, its contact, where to get help about a child, the links at the foot."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi.responses import HTMLResponse

from assistant.domain import Rule
from assistant.web.errors import Problem
from assistant.web.rendering import render
from assistant.web.service import NotReady, PackVersion, Service
from assistant.web.words import ENGLISH, Words, element_words, words_in
from knowledge.domain import Campaign


class Pages:
    """Makes the pages of a service in one language."""

    def __init__(self, service: Service, *, language: str = ENGLISH) -> None:
        self.service = service
        self.language = language

    @property
    def words(self) -> Words:
        return words_in(self.language)

    def show(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> HTMLResponse:
        """A page as a response. NotReady when there is no pack to show it for."""
        return HTMLResponse(self.render(template, self.service.pack().campaign, **values), status, headers=headers)

    def problem(self, problem: Problem) -> HTMLResponse:
        """The page that says what went wrong. It needs no pack."""
        try:
            campaign = self.service.pack().campaign
        except NotReady:
            campaign = Campaign(id="", name="")
        page = self.render("problem.html", campaign, status=problem.status, detail=problem.detail)
        return HTMLResponse(page, problem.status, headers=problem.headers)

    def render(self, template: str, campaign: Campaign, **values: Any) -> str:
        said = element_words(campaign, self.language)
        return render(
            template,
            language=self.language,
            campaign=campaign,
            said=said,
            said_json=json.dumps(said, ensure_ascii=False),
            worried=self.service.links(Rule.CHILD_AT_RISK),
            **values,
        )


def pack_url(pack: PackVersion) -> str:
    """Where a version of the pack can be read."""
    return f"/pack/{pack.campaign.id}/{pack.pack_version}"
