"""A server of the OpenAI protocol over real sockets, for what a real model cannot be made to do on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """``body`` as it is sent; ``delay`` in seconds before it; ``drop`` closes the connection without an answer."""

    body: str
    status: int = 200
    delay: float = 0.0
    drop: bool = False


def said(*texts: str, finish: str = "stop", tokens: int = 10) -> Reply:
    """A chat completion with these answers."""
    choices = [{"message": {"role": "assistant", "content": text}, "finish_reason": finish} for text in texts]
    return Reply(json.dumps({"choices": choices, "usage": {"total_tokens": tokens}}))


def refused(status: int, message: str) -> Reply:
    return Reply(json.dumps({"error": {"message": message}}), status)


Answer = Callable[[dict[str, Any]], Reply]


@dataclass
class Fake:
    """``asked`` holds the body of every chat request; ``came`` is set by the first, ``left`` by a client that went away
    before its answer."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    keys: list[str] = field(default_factory=list[str])
    came: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def text(self, number: int = -1) -> str:
        """All that one request says in words."""
        parts: list[str] = []
        for message in self.asked[number]["messages"]:
            content = message["content"]
            parts += [content] if isinstance(content, str) else [part.get("text", "") for part in content]
        return "\n".join(parts)

    def pictures(self, number: int = -1) -> list[str]:
        """Data URLs of one request."""
        content = [c for m in self.asked[number]["messages"] if isinstance(m["content"], list) for c in m["content"]]
        return [part["image_url"]["url"] for part in content if part["type"] == "image_url"]


def scripted(replies: Sequence[Reply]) -> Answer:
    """One after the other; the last one again and again."""
    queue = list(replies)
    return lambda _: queue.pop(0) if len(queue) > 1 else queue[0]


@asynccontextmanager
async def serving(answer: Answer, model: str = "fake") -> AsyncIterator[Fake]:
    fake = Fake()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            lines = head.split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            if "/models" in lines[0]:
                reply = Reply(json.dumps({"data": [{"id": model}]}))
            else:
                fake.asked.append(json.loads(body))
                fake.keys.append(headers.get("authorization", ""))
                fake.came.set()
                reply = answer(fake.asked[-1])
            if reply.delay:
                gone = asyncio.create_task(reader.read(1))
                done, _ = await asyncio.wait((gone,), timeout=reply.delay)
                gone.cancel()
                if done:
                    fake.left.set()
                    return
            if not reply.drop:
                data = reply.body.encode()
                start = f"HTTP/1.1 {reply.status} X\r\ncontent-type: application/json\r\n"
                writer.write(f"{start}content-length: {len(data)}\r\nconnection: close\r\n\r\n".encode() + data)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield fake
    finally:
        server.close()
