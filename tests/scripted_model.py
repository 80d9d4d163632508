"""A server that speaks OpenAI's chat completions over a real socket and says, or fails to say, what a test scripts."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI


@dataclass(frozen=True)
class Reply:
    """One reply: a stream of pieces, unless `body` is given. `pause` is the seconds before each piece.

    A `finish` of None and `done=False` make a stream that just stops. `hang` is the seconds before anything is sent.
    """

    pieces: Sequence[str] = ()
    finish: str | None = "stop"
    done: bool = True
    pause: float = 0.0
    hang: float = 0.0
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    raw: Sequence[str] = ()
    usage: tuple[int, int] | None = None


@dataclass
class ScriptedModel:
    """What a test asks of the server: its address, what it was asked, and how many callers left early.

    `waiting` are the replies still to come; a test may put others in their place.
    """

    base_url: str = ""
    waiting: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    left: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def words(self) -> str:
        """Everything that reached the model, as one text."""
        return json.dumps(self.asked, ensure_ascii=False)


def chat_client(model: ScriptedModel) -> "ChatOpenAI":
    """The real client, as the product makes it."""
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model="scripted",
        base_url=model.base_url,
        api_key=SecretStr("none"),
        max_retries=0,
        stream_chunk_timeout=None,
        stream_usage=True,
        use_responses_api=False,
    )


def draft(*claims: tuple[str, Sequence[tuple[int, str]]], missing: str | None = None) -> str:
    """A reply as the composer asks for it: claims of a text and its (passage, quote) pairs."""
    return json.dumps(
        {
            "claims": [
                {"text": text, "rests_on": [{"passage": number, "quote": quote} for number, quote in rests_on]}
                for text, rests_on in claims
            ],
            "missing": missing,
        },
        ensure_ascii=False,
    )


def in_pieces(text: str, size: int = 7) -> list[str]:
    """A text cut as a model streams it, without regard for words."""
    return [text[start : start + size] for start in range(0, len(text), size)]


@contextmanager
def scripted_model(*replies: Reply) -> Iterator[ScriptedModel]:
    """Serves the replies in turn; the last one again and again."""
    model = ScriptedModel(waiting=list(replies))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                model.asked.append(asked)
                reply = model.waiting.pop(0) if len(model.waiting) > 1 else model.waiting[0]
            try:
                _send(self, reply)
            except OSError:
                model.left.release()
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    with _Server(("127.0.0.1", 0), Handler) as server:
        model.base_url = f"http://127.0.0.1:{server.server_port}/v1"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield model
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    time.sleep(reply.hang)
    streamed = reply.body is None and reply.status == 200
    handler.send_response(reply.status)
    handler.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
    for name, value in reply.headers:
        handler.send_header(name, value)
    handler.send_header("Connection", "close")
    handler.end_headers()
    if not streamed:
        handler.wfile.write((reply.body or "").encode())
        return
    for event in _events(reply):
        time.sleep(reply.pause)
        handler.wfile.write(f"data: {event}\n\n".encode())
        handler.wfile.flush()


def _events(reply: Reply) -> Iterator[str]:
    yield _chunk({"role": "assistant", "content": ""}, None)
    for piece in reply.pieces:
        yield _chunk({"content": piece}, None)
    yield from reply.raw
    if reply.finish:
        yield _chunk({}, reply.finish)
    if reply.usage:
        read, written = reply.usage
        counted = {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
        yield json.dumps({**_FRAME, "choices": [], "usage": counted})
    if reply.done:
        yield "[DONE]"


_FRAME = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}


def _chunk(delta: dict[str, str], finish: str | None) -> str:
    return json.dumps({**_FRAME, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
