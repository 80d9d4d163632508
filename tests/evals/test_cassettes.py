"""Cassettes: what a model replied is replayed as it was, by whichever client, and no secret is ever in one."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openai import APIStatusError, NotFoundError, OpenAI, OpenAIError
from pydantic import SecretStr

from assistant.composing.calling import Limits, Spent, stream_reply
from assistant.prompts import prompt
from evals.model.cassettes import CassetteError, Tape, recording, replaying
from evals.model.exchanges import exchange, key_of, read_exchanges
from evals.model.loopback import EVENTS, BrokenOff, Call, Reply, event, fault, serving
from evals.model.scripted import scripted_model
from knowledge.remote import RemoteEmbeddings

KEY = "a-key-of-no-known-pattern-42"
SECRETS = ["sk-proj-Abc123Def456", "Bearer abcdefgh12345", "org-AbCdEfGh12345678", f"of the server: {KEY}"]
REPLY = {
    "id": "chatcmpl-123",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "m",
    "system_fingerprint": "fp_1",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Two days."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
ASKED = {"model": "m", "messages": [{"role": "user", "content": "How long?"}]}
PATH = "/chat/completions"


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "cassette.jsonl"


@contextmanager
def saying(*replies: Any, record: Path, key: str = KEY) -> Iterator[tuple[Tape, list[Call]]]:
    """A recording of a server that gives these replies in turn, the last one again and again, and what reached it."""
    calls: list[Call] = []
    waiting = list(replies)
    lock = threading.Lock()

    def answer(call: Call) -> Reply:
        with lock:
            calls.append(call)
            reply = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return reply if isinstance(reply, Reply) else Reply((json.dumps(reply).encode(),))

    with serving(answer) as base_url, recording(base_url, record, key) as tape:
        yield tape, calls


def client(tape: Tape, key: str = "none", **options: Any) -> OpenAI:
    return OpenAI(base_url=tape.base_url, api_key=key, max_retries=0, **options)


def say(asked: Tape | OpenAI, words: str = "How long?") -> str | None:
    openai = client(asked) if isinstance(asked, Tape) else asked
    replied = openai.chat.completions.create(model="m", messages=[{"role": "user", "content": words}])
    return replied.choices[0].message.content


def with_content(words: str) -> dict[str, Any]:
    return {**REPLY, "choices": [{"index": 0, "message": {"role": "assistant", "content": words}}]}


def drafted(tape: Tape, question: str) -> tuple[list[str], Spent | None]:
    """The pieces of a reply as the assistant gets them, and what it cost."""
    model = ChatOpenAI(
        model="m",
        api_key=SecretStr("none"),
        base_url=tape.base_url,
        max_retries=0,
        stream_usage=True,
        use_responses_api=False,
    )
    lines = [{"passage": 1, "heading": [], "text": f"The term is {years} years."} for years in (2, 3)]
    given = "\n".join(map(json.dumps, [*lines, {"question": question}]))

    async def pieces() -> list[str | Spent]:
        return [
            piece async for piece in stream_reply(model, [("system", prompt("compose")), ("human", given)], Limits())
        ]

    found = asyncio.run(pieces())
    spent = [piece for piece in found if isinstance(piece, Spent)]
    return [piece for piece in found if isinstance(piece, str)], spent[0] if spent else None


def test_what_the_assistants_client_is_streamed_is_replayed_piece_by_piece(cassette: Path) -> None:
    with scripted_model() as model, recording(model, cassette) as tape:
        recorded = drafted(tape, "How long is the term?")
    with replaying(cassette) as again:
        replayed = drafted(again, "How long is the term?")

    assert replayed == recorded
    assert len(recorded[0]) > 2
    assert recorded[1] is not None
    assert (tape.kept, tape.missed, again.kept, again.missed) == (1, 0, 1, 0)


def test_embeddings_are_replayed_to_the_assistants_client(cassette: Path) -> None:
    vectors = {
        "object": "list",
        "model": "e",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.6, 0.8]}],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }

    def found(tape: Tape) -> list[float]:
        embeddings = OpenAIEmbeddings(
            model="e", api_key=SecretStr("none"), base_url=tape.base_url, check_embedding_ctx_length=False
        )
        return RemoteEmbeddings(embeddings, name="e").embed_query("term")

    with saying(vectors, record=cassette) as (tape, _):
        recorded = found(tape)
    with replaying(cassette) as tape:
        assert found(tape) == recorded == pytest.approx([0.6, 0.8])


def test_a_repeated_call_gets_its_replies_in_order_and_then_the_last_one(cassette: Path) -> None:
    with saying(with_content("one"), with_content("two"), record=cassette) as (tape, _):
        assert [say(tape), say(tape)] == ["one", "two"]

    with replaying(cassette) as tape:
        assert [say(tape) for _ in range(4)] == ["one", "two", "two", "two"]


def test_a_call_that_was_not_recorded_is_refused_counted_and_says_how_to_record_it(cassette: Path) -> None:
    with saying(REPLY, record=cassette) as (tape, _):
        say(tape)

    with replaying(cassette) as tape:
        say(tape)
        with pytest.raises(NotFoundError, match=rf"--record {re.escape(str(cassette))}") as refused:
            say(tape, "How much?")
        with pytest.raises(NotFoundError):
            client(tape).moderations.create(input="x")

    assert refused.value.code == "not_recorded"
    assert (tape.kept, tape.missed) == (1, 2)
    assert "2 are not" in tape.summary


def test_calls_at_once_are_all_recorded_and_the_file_is_the_same_whichever_came_first(cassette: Path) -> None:
    passage = json.dumps({"passage": 1, "text": "Two years."})
    asked = [f"{passage}\n{json.dumps({'question': f'How long is term {number}?'})}" for number in range(24)]
    files = []
    for order in (asked, asked[::-1]):
        with scripted_model() as model, recording(model, cassette) as tape:
            said = at_once(tape, order)
        files.append(cassette.read_text())
    with replaying(cassette) as tape:
        replayed = at_once(tape, asked)

    assert files[0] == files[1]
    assert files[0].count("\n") == len(asked)
    assert replayed == said[::-1]


def at_once(tape: Tape, asked: Sequence[str]) -> list[str | None]:
    openai = client(tape)
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(lambda words: say(openai, words), asked))


def test_the_key_reaches_the_server_and_never_the_cassette(cassette: Path) -> None:
    headers = {"OpenAI-Organization": "org-1", "Cookie": "c=1"}
    with saying(REPLY, record=cassette) as (tape, calls):
        client(tape, key="another-key-of-the-caller", default_headers=headers).chat.completions.create(
            model="m", messages=[{"role": "user", "content": "x"}], user="somebody"
        )

    assert [call.authorization for call in calls] == [f"Bearer {KEY}"]
    for hidden in (KEY, "another-key", "org-1", "c=1", "somebody", "chatcmpl", "fp_1", "1700000000"):
        assert hidden not in cassette.read_text()


def test_without_a_key_of_its_own_the_callers_is_passed_on(cassette: Path) -> None:
    with saying(REPLY, record=cassette, key="") as (tape, calls):
        client(tape, key="the-callers-own-key-1").chat.completions.create(**ASKED)  # type: ignore[call-overload]

    assert [call.authorization for call in calls] == ["Bearer the-callers-own-key-1"]
    assert "the-callers-own-key-1" not in cassette.read_text()


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_in_words_is_taken_out_on_writing_and_the_call_is_found_all_the_same(
    cassette: Path, secret: str
) -> None:
    with saying(with_content(f"It is {secret}."), record=cassette) as (tape, _):
        assert say(tape, "Tell me Bearer abcdefgh98765") == f"It is {secret}."

    assert secret not in cassette.read_text()
    assert "98765" not in cassette.read_text()
    with replaying(cassette) as tape:
        assert "[secret removed]" in (say(tape, "Tell me Bearer abcdefgh98765") or "")


@pytest.mark.parametrize(
    "planted",
    [
        {"content": "sk-proj-Abc123Def456"},
        {"content": '{"text": "Label\\nsk-Abc123Def456"}'},
        {"content": "Bearer abcdefgh12345"},
        {"authorization": "x"},
        {"api_key": "x"},
    ],
)
def test_a_cassette_that_holds_a_secret_is_refused(cassette: Path, planted: dict[str, str]) -> None:
    line = exchange(PATH, ASKED, REPLY, status=200, key="").model_dump(exclude_none=True)
    line["body"]["choices"][0]["message"] |= planted
    cassette.write_text(json.dumps(line) + "\n")

    with pytest.raises(CassetteError, match=r"line 1 holds what looks like a secret.*--record"), replaying(cassette):
        pass


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("no JSON\n", "line 1 is no exchange"),
        ("", "line 1 is no exchange"),
        (json.dumps({"key": key_of(PATH, ASKED), "path": PATH, "request": ASKED}), "either a body or pieces"),
        (json.dumps({"key": "x", "path": PATH, "request": ASKED, "body": REPLY}), "not that of the request"),
        (None, "can't be read"),
    ],
    ids=["no JSON", "empty", "no reply", "another request", "no file"],
)
def test_what_is_no_cassette_is_named_with_the_remedy(cassette: Path, written: str | None, told: str) -> None:
    if written is not None:
        cassette.write_text(written)

    with pytest.raises(CassetteError, match=rf"{re.escape(str(cassette))}.*{told}.*--record"), replaying(cassette):
        pass


@pytest.mark.parametrize("status", [401, 429, 500])
def test_what_another_try_might_not_get_is_passed_on_and_not_kept(cassette: Path, status: int) -> None:
    with saying(fault(status, "no", "x"), record=cassette) as (tape, _), pytest.raises(APIStatusError) as refused:
        say(tape)

    assert refused.value.status_code == status
    assert (tape.kept, tape.missed, cassette.exists()) == (0, 1, False)


def test_a_refusal_that_the_request_brings_about_is_replayed(cassette: Path) -> None:
    with saying(fault(400, "too long", "x"), record=cassette) as (tape, _), pytest.raises(APIStatusError):
        say(tape)

    with replaying(cassette) as tape, pytest.raises(APIStatusError, match="too long") as refused:
        say(tape)
    assert refused.value.status_code == 400


def test_a_stream_that_breaks_off_breaks_off_for_the_caller_and_is_not_kept(cassette: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield event(json.dumps({"choices": [{"index": 0, "delta": {"content": "Two"}}]}))
        raise BrokenOff

    with (
        saying(Reply(pieces(), content_type=EVENTS), record=cassette) as (tape, _),
        pytest.raises(OpenAIError),
    ):
        list(client(tape).chat.completions.create(**ASKED, stream=True))  # type: ignore[call-overload]

    assert (tape.kept, tape.missed, cassette.exists()) == (0, 1, False)


def test_a_server_that_is_not_there_is_told_of_and_an_older_cassette_stays(cassette: Path) -> None:
    cassette.write_text("older")
    with recording("http://127.0.0.1:9/v1", cassette, KEY) as tape, pytest.raises(APIStatusError, match="reached"):
        say(tape)

    assert cassette.read_text() == "older"


def test_a_recording_that_is_cut_short_keeps_what_it_has(cassette: Path) -> None:
    def run() -> None:
        with saying(REPLY, record=cassette) as (tape, _):
            say(tape)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()

    with replaying(cassette) as tape:
        assert say(tape) == "Two days."


words = st.text(st.characters(codec="utf-8"), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(words, values, max_size=4)


@given(bodies, words)
def test_what_is_written_is_read_again_as_it_was(body: dict[str, Any], said: str) -> None:
    made = exchange(PATH, body, [with_content(said)], status=200, key="")
    with TemporaryDirectory() as folder:
        cassette = Path(folder) / "cassette.jsonl"
        cassette.write_text(made.line() * 2, encoding="utf-8")

        assert read_exchanges(cassette) == [made, made]


@given(bodies)
def test_the_order_of_a_requests_fields_and_who_sends_it_change_no_key(body: dict[str, Any]) -> None:
    turned = dict(reversed(body.items())) | {"user": "somebody", "metadata": {"run": "7"}}

    assert key_of(PATH, turned) == key_of(PATH, {**body, "user": "another"})


@given(bodies, st.sampled_from(["model", "messages", "stream"]), words)
def test_requests_that_differ_in_what_they_ask_have_keys_of_their_own(body: Any, name: str, value: str) -> None:
    other = {**body, name: f"{value}."}

    assert key_of(PATH, {**body, name: f"{value}!"}) != key_of(PATH, other)
    assert key_of(PATH, other) != key_of("/embeddings", other)
