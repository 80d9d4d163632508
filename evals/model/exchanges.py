"""One call and its reply as a line of a cassette, and what may never stand in one."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from evals.model.loopback import DONE, EVENTS, JSON, Reply, event

Kept = Literal["/chat/completions", "/embeddings"]
PATHS: tuple[str, ...] = get_args(Kept)
AGAIN = "record again with: python -m evals --mode model --record {cassette}"

_NO_BEARING = frozenset({"metadata", "prompt_cache_key", "safety_identifier", "store", "user"})
"""What a request may carry without any bearing on the reply; some of it says who asks."""
_OF_A_REPLY = frozenset({"object", "model", "choices", "data", "usage", "error"})
_HEADERS = (
    "authorization api_key api-key x-api-key cookie set-cookie openai-organization openai-project organization "
    "organization_id request_id x-request-id"
).split()
# Of a line break within JSON within a string there is a letter left before what follows it.
_SECRET = re.compile(
    r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))(?:(?:sk|sess)[-_][A-Za-z0-9_-]{8,}|bearer\s+[\w.~+/=-]{8,}"
    r"|(?:org|proj|req)[-_][A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}"
    r"|AIza[\w-]{30,})",
    re.IGNORECASE,
)
_REMOVED = "[secret removed]"
_SHORTEST_KEY = 12


class CassetteError(Exception):
    """A cassette can't be used; the message names the file, the line, what is wrong and the remedy."""


class Exchange(BaseModel):
    """`body` is a whole reply, `pieces` those of an event stream in their order; `key` comes from path and request."""

    model_config = ConfigDict(extra="forbid")

    key: str
    path: Kept
    request: dict[str, Any]
    status: int = 200
    content_type: str = JSON
    body: dict[str, Any] | None = None
    pieces: list[dict[str, Any]] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.body is None) == (self.pieces is None):
            raise ValueError("expected either a body or pieces")
        if self.key != key_of(self.path, self.request):
            raise ValueError("the key is not that of the request")
        return self

    def line(self) -> str:
        return json.dumps(self.model_dump(exclude_none=True), ensure_ascii=False) + "\n"

    def reply(self) -> Reply:
        if self.pieces is None:
            return Reply((_json(self.body),), self.status, self.content_type)
        streamed = (event(_json(piece).decode()) for piece in self.pieces)
        return Reply((*streamed, event(DONE)), self.status, self.content_type)


def key_of(path: str, request: dict[str, Any]) -> str:
    """The same for requests that ask the same, however they are spelt and whoever sends them."""
    asked = json.dumps(_asked(request, ()), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{path}\n{asked}".encode()).hexdigest()[:24]


def exchange(
    path: str, request: dict[str, Any], replied: dict[str, Any] | list[dict[str, Any]], *, status: int, key: str
) -> Exchange:
    """What is kept of a call and its reply (a list: the pieces of a stream). `key` is the secret it was made with."""
    secrets = (key,) if len(key) >= _SHORTEST_KEY else ()
    asked = _asked(request, secrets)
    kept: dict[str, Any] = {"key": key_of(path, asked), "path": path, "request": asked, "status": status}
    if isinstance(replied, list):
        kept |= {"content_type": EVENTS, "pieces": [_replied(piece, secrets) for piece in replied]}
    else:
        kept |= {"content_type": JSON, "body": _replied(replied, secrets)}
    return Exchange.model_validate(kept)


def read_exchanges(cassette: Path) -> list[Exchange]:
    """The exchanges of a cassette in their order. CassetteError when there is none or it holds a secret."""
    again = AGAIN.format(cassette=cassette)
    try:
        # Not splitlines: some characters of a text end a line to it, and none to JSON.
        lines = cassette.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CassetteError(f"{cassette} can't be read ({error}): {again}") from error
    return [_read(line, f"{cassette}, line {number}", again) for number, line in enumerate(lines, start=1)]


def _read(line: str, place: str, again: str) -> Exchange:
    try:
        found = Exchange.model_validate_json(line)
    except ValidationError as error:
        told = error.errors(include_input=False)[0]
        field = ".".join(map(str, told["loc"])) or "line"
        raise CassetteError(f"{place} is no exchange ({field}: {told['msg']}): {again}") from None
    value = found.model_dump()
    if _scrubbed(value, ()) != value:
        raise CassetteError(f"{place} holds what looks like a secret: withdraw that, and {again}")
    return found


def _asked(request: dict[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    return {name: _scrubbed(value, secrets) for name, value in request.items() if name not in _NO_BEARING | {*_HEADERS}}


def _replied(body: dict[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    """A reply with what clients read, and fixed values for what differs each time."""
    kept = {name: _scrubbed(value, secrets) for name, value in body.items() if name in _OF_A_REPLY}
    return ({"id": "recorded", "created": 0} if "choices" in body else {}) | kept


def _scrubbed(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {name: _scrubbed(one, secrets) for name, one in value.items() if name.lower() not in _HEADERS}
    if isinstance(value, list):
        return [_scrubbed(one, secrets) for one in value]
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, _REMOVED)
    return _SECRET.sub(_REMOVED, value)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
