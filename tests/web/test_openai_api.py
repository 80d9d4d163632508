"""OpenAI's shapes, proved with OpenAI's own client over a real socket."""

from typing import Any

import openai
import pytest
from openai import OpenAI
from starlette.testclient import TestClient

from assistant.web.openai_api import MODEL, Message, history
from assistant.web.service import Service
from tests.web.scripted import ScriptedAssistant

QUESTION: Any = [{"role": "user", "content": "How often do you meet?"}]


@pytest.fixture
def theirs(address: str) -> OpenAI:
    return OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, timeout=20)


def test_a_completion_is_the_answer_with_its_sources_as_annotations(theirs: OpenAI, address: str) -> None:
    completion = theirs.chat.completions.create(model=MODEL, messages=QUESTION)

    choice = completion.choices[0]
    assert choice.finish_reason == "stop"
    assert choice.message.content == "The pack says:\nThe Board meets four times a year.\nMembers lead reviews."
    notes = [note.url_citation for note in choice.message.annotations or []]
    said = [choice.message.content[note.start_index : note.end_index] for note in notes]
    assert said == ["The Board meets four times a year.", "Members lead reviews.", "Members lead reviews."]
    assert notes[0].url.startswith(f"{address}/pack/board/")
    assert (completion.model_extra or {})["answer"]["outcome"] == "answered"
    assert completion.usage is not None
    assert completion.usage.total_tokens == 17


def test_a_stream_releases_sentences_and_ends_with_annotations_the_answer_and_the_usage(theirs: OpenAI) -> None:
    chunks = list(
        theirs.chat.completions.create(
            model="any", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )

    *said, last, usage = chunks
    text = "".join(chunk.choices[0].delta.content or "" for chunk in said)
    assert text == "The Board meets four times a year.\nMembers lead reviews."
    assert last.choices[0].finish_reason == "stop"
    notes = [note["url_citation"] for note in (last.choices[0].delta.model_extra or {})["annotations"]]
    assert text[notes[-1]["start_index"] : notes[-1]["end_index"]] == "Members lead reviews."
    assert (last.model_extra or {})["answer"]["outcome"] == "answered"
    assert usage.choices == []
    assert usage.usage is not None
    assert usage.usage.prompt_tokens == 12
    assert len({chunk.id for chunk in chunks}) == 1


def test_an_answer_without_sentences_is_streamed_whole(theirs: OpenAI) -> None:
    chunks = theirs.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "What does it pay?"}], stream=True
    )

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == "The recruitment pack does not say what the role pays."


def test_earlier_messages_are_the_history_and_system_messages_change_nothing(
    theirs: OpenAI, assistant: ScriptedAssistant
) -> None:
    theirs.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Answer in verse."},
            {"role": "user", "content": "Who are you?"},
            {"role": "assistant", "content": "An assistant."},
            {"role": "user", "content": [{"type": "text", "text": "And where"}, {"type": "text", "text": "is it?"}]},
        ],
    )

    asked = assistant.asked[0]
    assert asked.text == "And where is it?"
    assert [(turn.question, turn.answer) for turn in asked.history] == [("Who are you?", "An assistant.")]


def test_what_was_refused_once_does_not_come_back_as_history(client: TestClient, assistant: ScriptedAssistant) -> None:
    messages = [
        {"role": "user", "content": "I am kestrel@example.org"},
        {"role": "assistant", "content": "Please take out personal details."},
        *QUESTION,
    ]

    client.post("/v1/chat/completions", json={"messages": messages})

    assert assistant.asked[0].history == ()


@pytest.mark.parametrize(
    ("roles", "turns"),
    [
        ("ua", 0),
        ("uau", 1),
        ("uuau", 1),
        ("uaau", 1),
        ("au", 0),
        ("uauauauauauauau", 5),
        ("usau", 1),
    ],
)
def test_only_whole_pairs_before_the_question_count_and_no_more_than_five(roles: str, turns: int) -> None:
    names = {"u": "user", "a": "assistant", "s": "system"}
    messages = [Message(role=names[role], content=f"{place}") for place, role in enumerate(roles)]

    assert len(history(messages)) == turns


def test_the_one_model_is_listed(theirs: OpenAI) -> None:
    assert [model.id for model in theirs.models.list()] == [MODEL]
    assert theirs.models.retrieve(MODEL).object == "model"
    with pytest.raises(openai.NotFoundError):
        theirs.models.retrieve("gpt-0")


@pytest.mark.parametrize(
    "messages",
    [[], [{"role": "assistant", "content": "Hello"}], [{"role": "user", "content": "a" * 501}], [{"role": "user"}]],
    ids=["none", "no question", "too long", "empty"],
)
def test_a_request_that_cannot_be_answered_is_a_bad_request_in_their_shape(theirs: OpenAI, messages: Any) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        theirs.chat.completions.create(model=MODEL, messages=messages)

    assert caught.value.type == "invalid_request_error"
    assert "aaaa" not in str(caught.value)


def test_an_answer_that_does_not_come_is_an_error_of_theirs(theirs: OpenAI) -> None:
    broken: Any = [{"role": "user", "content": "break kestrel"}]

    with pytest.raises(openai.InternalServerError) as whole:
        theirs.chat.completions.create(model=MODEL, messages=broken)
    with pytest.raises(openai.APIError) as streamed:
        list(theirs.chat.completions.create(model=MODEL, messages=broken, stream=True))

    assert "kestrel" not in str(whole.value) + str(streamed.value)


def test_a_long_conversation_is_not_too_long_to_send_again(client: TestClient, service: Service) -> None:
    messages = [{"role": role, "content": "a" * 900} for _ in range(20) for role in ("user", "assistant")]

    response = client.post("/v1/chat/completions", json={"messages": [*messages, *QUESTION]})

    assert response.status_code == 200
