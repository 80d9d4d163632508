"""A running server whose model fails or slips in a forbidden phrase: python -m scripts.fault_model [QUESTIONS]

Ten ways to fail, each QUESTIONS times: every question has to be answered in the pack's own words, with its source,
marked as a fallback and in time. Then a model that fails without end, which is left alone, and ten times as many
replies whose last piece holds a phrase that no pack says: it may never be on the wire. Exit status 1 otherwise.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scripts.served import Served, run, said_of, served
from tests.scripted_model import Reply, ScriptedModel, draft, in_pieces, scripted_model

_QUESTION: Final = "Who supports new members?"
_QUOTE: Final = "will be supported during their initial period with the Panel by both the Chair and Panel Secretariat"
_TRUE: Final = "New members are supported by both the Chair and Panel Secretariat."
_PHRASE: Final = "velmorane"
_NUMBERS: Final = range(1, 13)
"""Under which the passage may have been issued; a claim that rests on another falls out."""

_FAIR: Final = draft(*((_TRUE, [(number, _QUOTE)]) for number in _NUMBERS))
_TOGETHER: Final = 4
"""Questions at once: one fewer than the failures in a row after which a model is left alone."""

_SOON: Final = 6.0
_DRIPPED: Final = 21.0
_AT_ONCE: Final = 1.0

_FAULTS: Final = {
    "429": Reply(status=429, headers=(("Retry-After", "20"),), body='{"error": {"message": "slow down"}}'),
    "500": Reply(status=500, body='{"error": {"message": "no"}}'),
    "hang": Reply(hang=30.0),
    "drip": Reply(in_pieces(_FAIR, 3), pause=1.5),
    "HTML": Reply(body="<html><h1>502 Bad Gateway</h1></html>"),
    "empty": Reply(finish=None),
    "truncated": Reply(in_pieces(_FAIR[: len(_FAIR) // 2]), finish=None, done=False),
    "garbage": Reply(in_pieces(_FAIR[:20]), raw=["{not json"]),
    "flood": Reply(["word " * 20] * 20_000),
    "wrong JSON": Reply(['{"claims": "all of them", "text": 5}']),
}


@dataclass(frozen=True)
class Asked:
    """One question: what was on the wire and how long it took."""

    wire: str
    seconds: float


def main(questions: int) -> int:
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        done = run("ingest.py", DATA_DIR=folder / "data")
        if done.returncode:
            raise RuntimeError(done.stderr)
        with (
            scripted_model(Reply(in_pieces(_FAIR))) as model,
            served(folder / "log.txt", DATA_DIR=folder / "data", OPENAI_BASE_URL=model.base_url) as server,
        ):
            _until_trusted(server, model)
            held = [_fault(server, model, name, questions) for name in _FAULTS]
            held += [_left_alone(server, model, questions), _phrase(server, model, 10 * questions)]
    return 0 if all(held) else 1


def _fault(server: Served, model: ScriptedModel, name: str, questions: int) -> bool:
    """Asks while the model fails so. A fair reply between keeps it from being left alone."""
    met: list[Asked] = []
    before = _asked(model)
    fair = 0
    for asked in _groups(questions):
        model.waiting[:] = [_FAULTS[name]]
        met += _together(server, asked)
        fair += _trusted_again(server, model)
    allowed = _DRIPPED if name == "drip" else _SOON
    quoted = sum(_is_quoted(one.wire) for one in met)
    slowest = max(one.seconds for one in met)
    reached = _asked(model) - before - fair
    print(f"{name}: {quoted} of {questions} quoted, cited and marked; slowest {slowest:.2f} s; {reached} met the fault")
    return quoted == reached == questions and slowest <= allowed


def _left_alone(server: Served, model: ScriptedModel, questions: int) -> bool:
    """A model that has failed five times in a row is asked no more, and nobody waits for it."""
    model.waiting[:] = [_FAULTS["hang"]]
    _together(server, _TOGETHER + 1)
    before = _asked(model)
    met = [_ask(server) for _ in range(questions)]
    quoted = sum(_is_quoted(one.wire) for one in met)
    slowest = max(one.seconds for one in met)
    reached = _asked(model) - before
    print(f"left alone: {quoted} of {questions} quoted; slowest {slowest:.2f} s; {reached} reached the model")
    return quoted == questions and not reached and slowest <= _AT_ONCE


def _phrase(server: Served, model: ScriptedModel, questions: int) -> bool:
    """Replies whose last piece holds the phrase, at each door in turn."""
    _until_trusted(server, model)
    seen = model_said = 0
    replies = list(_forbidden())
    for number in range(questions):
        model.waiting[:] = [replies[number % len(replies)]]
        before = _asked(model)
        seen += _PHRASE in _ask(server, door=number).wire.lower()
        model_said += _asked(model) - before
        _trusted_again(server, model)
    print(f"a forbidden phrase in the last piece: {model_said} replies, {seen} on the wire")
    return not seen and model_said == questions


def _forbidden() -> Iterator[Reply]:
    """A fair draft whose end says it: in a claim, a quote, what is missing, a field of its own, or after the reply."""
    start = in_pieces(_FAIR[: -len('], "missing": null}')])
    claim = {
        "text": f"{_PHRASE} is certain.",
        "rests_on": [{"passage": number, "quote": _QUOTE} for number in _NUMBERS],
    }
    quote = {"text": _TRUE, "rests_on": [{"passage": number, "quote": _PHRASE} for number in _NUMBERS]}
    for last in (
        f', {json.dumps(claim)}], "missing": null}}',
        f', {json.dumps(quote)}], "missing": null}}',
        f'], "missing": "whether {_PHRASE} is so"}}',
        f'], "missing": null, "note": "{_PHRASE}"}}',
        f'], "missing": null}}\n{_PHRASE}',
    ):
        yield Reply([*start, last])


def _groups(questions: int) -> Iterator[int]:
    while questions > 0:
        yield min(questions, _TOGETHER)
        questions -= _TOGETHER


def _together(server: Served, questions: int) -> Sequence[Asked]:
    with ThreadPoolExecutor(questions) as pool:
        return list(pool.map(lambda number: _ask(server, door=number), range(questions)))


def _ask(server: Served, *, door: int = 0) -> Asked:
    """As events, as one answer, or in OpenAI's shape."""
    began = time.monotonic()
    if door % 3 == 2:
        body = {"messages": [{"role": "user", "content": _QUESTION}]}
        wire = server.http.post("/v1/chat/completions", json=body).text
    elif door % 3:
        wire = server.ask(_QUESTION).text
    else:
        wire = server.events(_QUESTION)
    return Asked(wire, time.monotonic() - began)


def _asked(model: ScriptedModel) -> int:
    """How often the question reached the model. The server's own checks ask it something else now and then."""
    return sum(_QUESTION in json.dumps(asked) for asked in tuple(model.asked))


def _trusted_again(server: Served, model: ScriptedModel) -> int:
    """A fair reply; the number of calls that it took."""
    before = _asked(model)
    model.waiting[:] = [Reply(in_pieces(_FAIR))]
    answer = server.ask(_QUESTION).json()
    if answer["mode"] != "model":
        raise RuntimeError(f"the model is not asked: {answer['mode']}")
    return _asked(model) - before


def _until_trusted(server: Served, model: ScriptedModel) -> None:
    model.waiting[:] = [Reply(in_pieces(_FAIR))]
    while server.ask(_QUESTION).json()["mode"] != "model":
        time.sleep(1)


def _is_quoted(wire: str) -> bool:
    answer = _answer(wire)
    return (
        answer["mode"] == "fallback"
        and answer["outcome"] == "answered"
        and all(sentence["citations"] for sentence in answer["sentences"])
        and any(_QUOTE in citation["quote"] for citation in answer["citations"])
    )


def _answer(wire: str) -> Any:
    """The whole answer, by whichever door."""
    if answer := said_of(wire):
        return answer
    body = json.loads(wire)
    return body.get("answer", body)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))
