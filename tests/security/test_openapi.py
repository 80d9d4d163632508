"""What the published contract allows to be sent never makes the service fail, and what it refuses it refuses as told.

`make fuzz` does the same with Schemathesis on a running server, 2,000 cases; this is the part that needs no tool.
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
DOORS = ("/api/ask", "/api/feedback", "/v1/chat/completions")


def fitting(schema: dict[str, Any], parts: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema allows, as far as our own contract uses schemas."""
    if "$ref" in schema:
        return fitting(parts[schema["$ref"].rsplit("/", 1)[-1]], parts)
    if "anyOf" in schema:
        return st.one_of(*(fitting(one, parts) for one in schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    kind = schema.get("type")
    if kind == "object":
        fields = {name: fitting(one, parts) for name, one in schema.get("properties", {}).items()}
        needed = {name: field for name, field in fields.items() if name in schema.get("required", ())}
        return st.fixed_dictionaries(needed, optional={name: fields[name] for name in fields.keys() - needed.keys()})
    if kind == "array":
        return st.lists(fitting(schema["items"], parts), min_size=schema.get("minItems", 0), max_size=3)
    plain = {
        "string": st.text(max_size=min(schema.get("maxLength", 60), 60)),
        "boolean": st.booleans(),
        "integer": st.integers(),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "null": st.none(),
    }
    return plain[str(kind)]


@pytest.mark.parametrize("door", DOORS)
def test_what_the_contract_allows_is_answered_as_the_contract_says(client: TestClient, door: str) -> None:
    contract = client.get("/openapi.json").json()
    operation = contract["paths"][door]["post"]
    parts = contract["components"]["schemas"]
    bodies = fitting(operation["requestBody"]["content"]["application/json"]["schema"], parts)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(body=bodies | ANY_JSON)
    def ask(body: Any) -> None:
        reply = client.post(door, content=json.dumps(body).encode(), headers={"content-type": "application/json"})

        told = {int(code) for code in operation["responses"]}
        assert reply.status_code in told | {500}
        assert reply.status_code < 500 or "break" in json.dumps(body)
        if reply.status_code >= 400:
            assert len(reply.content) <= 1024

    ask()


def test_every_error_of_the_contract_has_the_shape_of_its_door(client: TestClient) -> None:
    contract = client.get("/openapi.json").json()

    told = {
        (path.startswith("/v1/"), kind)
        for path, operations in contract["paths"].items()
        for operation in operations.values()
        for status, response in operation["responses"].items()
        if status >= "400"
        for kind in response["content"]
    }

    assert told == {(True, "application/json"), (False, "application/problem+json")}
    assert "422" not in contract["paths"]["/v1/chat/completions"]["post"]["responses"]
    assert "Retry-After" in contract["paths"]["/api/ask"]["post"]["responses"]["429"]["headers"]
