"""Forms are taken from pages of our own only: another site could have a browser send one unasked."""

from fastapi import Request

from assistant.web.errors import Problem
from assistant.web.words import ENGLISH, words_in


def own_page(request: Request) -> None:
    """Problem 403 for a form that a page of another site sent."""
    if not from_own_page(request):
        raise Problem(403, words_in(ENGLISH)["problem"]["foreign"])


def from_own_page(request: Request) -> bool:
    """Browsers say from where a request comes, old ones by the page's origin only; programs say neither."""
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said in ("same-origin", "none")
    origin = request.headers.get("origin")
    # By host alone: behind a proxy we can't know whether people come by https.
    return origin is None or origin.lower().partition("://")[2] == request.headers.get("host", "").lower()
