"""What a candidate typed is in no line of the log, at any level, on any path."""

import asyncio
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import httpx
import pytest
from openai import APIError, OpenAI

from assistant.web.logs import PlainLine, configure_logging
from assistant.web.service import Service
from tests.web.conftest import serving

CANARY = "kestrel"


class _Doomed:
    def __del__(self) -> None:
        raise ValueError(CANARY)


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    hooks = threading.excepthook, sys.unraisablehook
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.raiseExceptions = True
    logging.captureWarnings(False)
    threading.excepthook, sys.unraisablehook = hooks


@pytest.mark.parametrize("form", ["plain", "json"])
def test_no_path_through_the_service_writes_what_was_typed(
    form: str, service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging("debug", form)
    with serving(service) as address, httpx.Client(base_url=address) as client:
        for question in ("", "break ", "bruises ", "me@x.org ", "my chances ", "a" * 500):
            for headers in ({}, {"accept": "text/event-stream"}):
                client.post("/api/ask", json={"question": question + CANARY}, headers=headers)
            client.post("/", data={"question": question + CANARY, "conversation": CANARY})
        for body in (
            b'{"question":"kestrel',
            b'{"question":["kestrel"]}',
            b"kestrel",
            b'{"question":"kestrel \\ud800"}',
        ):
            client.post("/api/ask", content=body, headers={"content-type": "application/json"})
            client.post("/api/ask", content=body, headers={"content-type": CANARY})
        client.post("/api/feedback", json={"answer": CANARY, "useful": True, "reason": CANARY})
        client.request(CANARY, f"/{CANARY}", headers={"x-request-id": CANARY, "traceparent": CANARY, CANARY: CANARY})
        for path in (f"/{CANARY}", f"/pack/{CANARY}/{CANARY}", f"/?q={CANARY}", f"/api/search?q={CANARY}"):
            client.get(path)
        theirs = OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)
        with pytest.raises(APIError):
            theirs.chat.completions.create(model="m", messages=[{"role": "user", "content": f"break {CANARY}"}])

    written = capfd.readouterr()
    assert "POST /api/ask 200" in written.err
    assert "ValueError at scripted.py" in written.err
    assert CANARY not in written.out + written.err


def test_what_libraries_say_is_withheld_and_errors_lose_their_message(
    capfd: pytest.CaptureFixture[str],
) -> None:
    configure_logging("debug")
    logging.getLogger("openai").error("sent %s", CANARY)
    logging.getLogger("assistant.web").error("one %s argument too many", "a", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")

    async def forgotten() -> None:
        raise ValueError(CANARY)

    async def forget() -> None:
        task = asyncio.ensure_future(forgotten())
        await asyncio.wait([task])

    asyncio.run(forget())
    warnings.warn(CANARY, stacklevel=1)
    thread = threading.Thread(target=forgotten().send, args=(None,))
    thread.start()
    thread.join()
    _Doomed()

    written = capfd.readouterr().err
    assert "ERROR openai withheld test_logs.py" in written
    assert "Exception in ASGI application ValueError at test_logs.py" in written
    assert "WARNING py.warnings withheld" in written
    assert "a thread ended: ValueError at test_logs.py" in written
    assert "an error was lost: ValueError at test_logs.py" in written
    assert CANARY not in written


def test_an_event_is_one_line() -> None:
    record = logging.LogRecord("assistant", logging.INFO, __file__, 1, "one\ntwo\r\nthree", (), None)

    assert PlainLine().format(record).splitlines() == [PlainLine().format(record)]
    assert "one two three" in PlainLine().format(record)


def test_a_json_line_says_which_request_it_is_of_and_the_response_says_the_same(
    service: Service, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging("info", "json")
    given = "0123456789abcdef" * 2
    with serving(service) as address, httpx.Client(base_url=address) as client:
        fresh = client.post("/api/ask", json={"question": "How often?"}).headers["x-request-id"]
        theirs = client.get("/api/pack", headers={"x-request-id": given}).headers["x-request-id"]
        doubtful = client.get("/api/pack", headers={"x-request-id": f"{CANARY}{given}"}).headers["x-request-id"]

    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    of_first = {line["message"].split()[0]: line for line in lines if line.get("request") == fresh}
    assert of_first["answered"]["outcome"] == "answered"
    assert (of_first["POST"]["route"], of_first["POST"]["status"]) == ("/api/ask", 200)
    assert theirs == given
    assert given not in doubtful
    assert len({fresh, theirs, doubtful}) == 3
