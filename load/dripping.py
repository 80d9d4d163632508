"""A server of OpenAI's shape that writes a character at a time and never ends: python -m load.dripping

Each stream drips in a time of its own, as those of a model do: in step, hundreds would come at the same moment. It
prints its port, and then a line for each stream that it begins.
"""

import asyncio
import json
import random
from typing import Final

PIECE_SECONDS: Final = 1.5
"""On average; between half and half as much again."""

_FRAME: Final = {
    "id": "c",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "drip",
    "choices": [{"index": 0, "delta": {"content": " "}, "finish_reason": None}],
}
_PIECE: Final = f"data: {json.dumps(_FRAME)}\n\n".encode()
_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
        length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
        await reader.readexactly(length)
        writer.write(_HEAD)
        print("begun", flush=True)
        while not reader.at_eof() and not writer.is_closing():
            writer.write(_PIECE)
            await writer.drain()
            await asyncio.sleep(PIECE_SECONDS * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


async def _serve() -> None:
    server = await asyncio.start_server(drip, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
