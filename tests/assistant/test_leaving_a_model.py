"""Who leaves while a model writes takes the call of it along, even if a piece comes at the same moment."""

import asyncio

import pytest

from assistant.clients import open_chat_model
from assistant.composing.calling import Limits, stream_reply
from assistant.settings import Settings
from load import dripping

CALLS = 40


def test_calls_that_are_left_all_at_once_all_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dripping, "PIECE_SECONDS", 0.02)

    async def left() -> int:
        server = await asyncio.start_server(dripping.drip, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        model = open_chat_model(Settings(_env_file=None, openai_base_url=f"http://127.0.0.1:{port}/v1"))  # type: ignore[call-arg]
        heard = [asyncio.Event() for _ in range(CALLS)]

        async def listen(number: int) -> None:
            async for _ in stream_reply(model, [("human", "Go on.")], Limits(30, 60)):
                heard[number].set()

        calls = [asyncio.create_task(listen(number)) for number in range(CALLS)]
        await asyncio.gather(*(one.wait() for one in heard))
        for call in calls:
            await asyncio.sleep(0.003)
            call.cancel()
        _, still = await asyncio.wait(calls, timeout=1)
        for call in still:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        server.close()
        return len(still)

    assert asyncio.run(left()) == 0
