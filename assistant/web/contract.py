"""What the published contract (/openapi.json) tells beside the shapes of answers: how errors look, what leads where."""

from typing import Any, Final

from fastapi import FastAPI

from assistant.web.errors import OPENAI_PREFIX, PROBLEM

Told = dict[int | str, dict[str, Any]]
"""What a route answers, by status."""

_READING: Final = (400, 413, 415, 429, 431, 503)
"""What may go wrong wherever a body is read."""

_SAID: Final = {
    400: "The body can't be read",
    404: "There is nothing by that name or id",
    413: "The body is too long",
    415: "The body is not sent as application/json",
    422: "What a field holds can't be read; `errors` names the field",
    429: "Too many questions; Retry-After says how many seconds to wait",
    431: "The address and the headers are too long",
    503: "Not ready, or the question could not be answered",
}
_WAIT: Final = {"Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}}
_TEXT: Final = {"type": "string"}
_FAULT: Final = {"type": "object", "required": ["field", "detail"], "properties": {"field": _TEXT, "detail": _TEXT}}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {"type": "array", "items": _FAULT},
    },
}
_OPENAI_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {"message": _TEXT, "type": _TEXT, "param": {"type": ["string", "null"]}},
        }
    },
}
_COMPLETION: Final = {
    "type": "object",
    "required": ["id", "object", "created", "model", "choices", "usage", "answer"],
    "properties": {"answer": {"$ref": "#/components/schemas/AnswerBody"}},
}
_AFTER_AN_ANSWER: Final = {
    "feedback": {
        "operationRef": "#/paths/~1api~1feedback/post",
        "requestBody": {"answer": "$response.body#/id", "useful": True},
    },
    "follow-up": {
        "operationRef": "#/paths/~1api~1ask/post",
        "requestBody": {"question": "And where?", "conversation": "$response.body#/conversation"},
    },
}
_AFTER_THE_MODELS: Final = {
    "model": {"operationRef": "#/paths/~1v1~1models~1{name}/get", "parameters": {"name": "$response.body#/data/0/id"}}
}


def problems(*statuses: int) -> Told:
    """These statuses with problem documents."""
    return {status: _told(status, PROBLEM, _PROBLEM) for status in statuses}


def openai_problems(*statuses: int) -> Told:
    """These statuses with errors in OpenAI's shape."""
    return {status: _told(status, "application/json", _OPENAI_ERROR) for status in statuses}


def _told(status: int, kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    told = {"description": _SAID[status], "content": {kind: {"schema": schema}}}
    return told | ({"headers": _WAIT} if status == 429 else {})


def _events(**needed: dict[str, Any]) -> dict[str, Any]:
    """A stream of events that each have these fields."""
    event = {"type": "object", "required": [*needed], "properties": needed}
    return {"text/event-stream": {"itemSchema": event}}


ASKED: Final[Told] = {
    200: {
        "content": _events(event={"enum": ["stage", "sentence", "answer", "error"]}, data=_TEXT),
        "links": _AFTER_AN_ANSWER,
    },
    **problems(*_READING, 422),
}
JUDGED: Final[Told] = problems(*_READING, 404, 422)
COMPLETED: Final[Told] = {
    200: {"content": {"application/json": {"schema": _COMPLETION}, **_events(data=_TEXT)}},
    **openai_problems(*_READING),
}
MODELS: Final[Told] = {200: {"links": _AFTER_THE_MODELS}}


def publish(app: FastAPI) -> None:
    """FastAPI says a 422 of every route that reads anything; what speaks in OpenAI's shapes has none."""
    made = app.openapi

    def contract() -> dict[str, Any]:
        document = made()
        for path, operations in document["paths"].items():
            if path.startswith(OPENAI_PREFIX):
                for operation in operations.values():
                    operation["responses"].pop("422", None)
        return document

    app.openapi = contract  # type: ignore[method-assign]
