"""Load on a served model: concurrent requests, answers and tokens a second.

    python -m model_server.serve.load_test URL [--clients 1,4,16] [--requests 32] [--tokens 64] [--samples 1]

Prints a table in Markdown. The prompts are observations as the small policy gets them, no two alike.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from dataclasses import dataclass
from typing import Any

import httpx

_PROMPT = """rule low-contrast warning
measured ratio={ratio:.2f} text=#{grey:02x}{grey:02x}{grey:02x} background=#ffffff
required ratio=4.5
viewport 375x812 moment 2000
e0 p.muted {width}x24 at 16,{top} cause "Fresh apples from the valley"
 d0 color: rgb({grey}, {grey}, {grey})
 d1 font: 16px / 24px sans-serif
e1 div.card {width}x64 at 8,{top} above
 d2 padding: 8px
s0 #595959
s1 #666666
try 0
>
"""


@dataclass(frozen=True)
class LoadRow:
    clients: int
    seconds: float
    latencies: tuple[float, ...]
    prompt_tokens: int
    answer_tokens: int

    def __str__(self) -> str:
        middle, worst = percentile(self.latencies, 0.5), percentile(self.latencies, 0.95)
        return (
            f"| {self.clients} | {len(self.latencies) / self.seconds:.1f} | {self.answer_tokens / self.seconds:.0f} | "
            f"{self.prompt_tokens / self.seconds:.0f} | {middle:.2f} | {worst:.2f} |"
        )


def percentile(values: tuple[float, ...], part: float) -> float:
    """The smallest value that at least this part of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-int(1000 * part * len(ordered)) // 1000) - 1)]


def make_prompt(number: int) -> str:
    grey = 120 + number % 120
    return _PROMPT.format(ratio=1 + number % 30 / 10, grey=grey, width=200 + number % 97, top=40 + number)


async def measure_load(url: str, clients: int, requests: int, tokens: int, samples: int) -> LoadRow:
    """All requests by so many clients, each of which waits for its answer before it asks again."""
    key = os.environ.get("RELOOK_API_KEY", "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    latencies: list[float] = []
    used = [0, 0]
    queue = iter(range(1000 * clients, 1000 * clients + requests))
    async with httpx.AsyncClient(base_url=url.rstrip("/") + "/", timeout=600, trust_env=False, headers=headers) as web:
        model = (await web.get("models")).json()["data"][0]["id"]

        async def client() -> None:
            for number in queue:
                body: dict[str, Any] = {
                    "model": model,
                    "messages": [{"role": "user", "content": make_prompt(number)}],
                    "max_tokens": tokens,
                    "n": samples,
                    "temperature": 0.8,
                }
                began = time.perf_counter()
                reply = await web.post("chat/completions", json=body)
                reply.raise_for_status()
                latencies.append(time.perf_counter() - began)
                usage = reply.json()["usage"]
                used[0] += usage["prompt_tokens"]
                used[1] += usage["completion_tokens"]

        started = time.perf_counter()
        await asyncio.gather(*(client() for _ in range(clients)))
        seconds = time.perf_counter() - started
    return LoadRow(clients, seconds, tuple(latencies), used[0], used[1])


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url", help="ends in /v1")
    parser.add_argument("--clients", default="1,4,16")
    parser.add_argument("--requests", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--samples", type=int, default=1)
    options = parser.parse_args()
    await measure_load(options.url, 1, 2, options.tokens, options.samples)  # what is compiled or cached on first use
    print("| clients | answers/s | tokens/s written | tokens/s read | s, median | s, 95 % |\n|---|---|---|---|---|---|")
    for clients in map(int, options.clients.split(",")):
        row = await measure_load(options.url, clients, options.requests, options.tokens, options.samples)
        print(row, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
