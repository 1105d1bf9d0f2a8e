"""Compares policies on repairs: ``python -m model_server.evaluation.policy_bench``.

A case is a page with the defects of one stored example that no training used, after a clean load. The findings of that
example are the target. Each policy proposes up to ten candidates to the editor's verifier.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from model_server.evaluation.intervals import format_share
from model_server.training.examples import Task, read_tasks
from model_server.training.jsonl import read_records
from model_server.training.screening import SCREENING
from model_server.training.sources import HELD_OUT_SOURCES, training_folder
from model_server.training.task_state import find_task_state
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import RelookError
from relook_lsp.core.finding import Finding
from relook_lsp.models.edit_language import Observation
from relook_lsp.models.endpoint import Endpoint, HttpChatModel
from relook_lsp.models.shipped_policy import LocalPolicy
from relook_lsp.refine.acceptance.conditions import EPSILON
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.forced_optimization import Proposer, SearchLimits
from relook_lsp.refine.proposers.policy import PolicyProposer, remote_policy
from relook_lsp.refine.proposers.solved import SolverProposer
from relook_lsp.refine.search import Proposers, repair_group
from relook_lsp.refine.trajectory import Reason
from relook_lsp.refine.verifier import Verifier

ATTEMPTS = 10

SECONDS = 300.0
"""Until a served policy has to answer."""

SOLVED = "solved"
"""The name of the solved repairs alone."""


@dataclass(frozen=True)
class CaseResult:
    """``first``: the first candidate that the browser understands was accepted; ``fixed``: one of ten was. ``worse``: the
    page costs more than before. ``renders`` are clean ones; ``size`` in characters."""

    first: bool
    fixed: bool
    worse: bool
    candidates: int
    renders: int
    seconds: float
    size: int


def load_local_policy(folder: Path) -> Proposers:
    """The model in a folder, alone."""
    model = LocalPolicy(folder)

    async def ask(observation: Observation, rejected: Sequence[tuple[str, str]]) -> list[str]:
        return await asyncio.to_thread(model.sample_answers, observation, len(rejected))

    return lambda found: [PolicyProposer("local", ask, found, large=False)]


def connect_served_policy(url: str) -> Proposers:
    """A large policy behind an OpenAI-compatible address, alone."""
    ask = remote_policy(HttpChatModel(Endpoint(url, timeout=SECONDS)))
    return lambda found: [PolicyProposer("remote", ask, found, large=True)]


def propose_solved(found: Sequence[Finding]) -> list[Proposer]:
    return [SolverProposer(found)]


def chain_proposers(one: Proposers, other: Proposers) -> Proposers:
    return lambda found: [*one(found), *other(found)]


RunPolicy = Callable[[Proposers], Awaitable[CaseResult | None]]
"""What a policy does with the case at hand; None where the environment failed. Raises ``RelookError``."""


@asynccontextmanager
async def open_case(driver: Driver, task: Task) -> AsyncGenerator[RunPolicy | None]:
    """Reviews the broken page once for all policies. Yields None where it does not show the task's findings."""
    async with CandidateRenderer(driver, SCREENING) as stage:
        found = await find_task_state(task, stage.render)
        if found is None:
            yield None
            return
        state, aim = found

        async def judge(proposers: Proposers) -> CaseResult | None:
            started = time.monotonic()
            verifier = Verifier(stage.render, screen=stage.screen_candidate)
            done = await repair_group(state, aim, verifier, proposers, SearchLimits(1, ATTEMPTS, 90.0))
            if done.stopped == "infrastructure":
                return None
            understood = (one.verdict for one in done.attempts if one.verdict.reason is not Reason.DROPPED)
            return CaseResult(
                first=next((verdict.is_accepted for verdict in understood), False),
                fixed=bool(done.accepted_attempts),
                worse=done.best.cost > state.cost + EPSILON,
                candidates=len(done.attempts),
                renders=sum(attempt.verdict.renders for attempt in done.attempts),
                seconds=round(time.monotonic() - started, 2),
                size=done.accepted_attempts[0].patch.character_count if done.accepted_attempts else 0,
            )

        yield judge


def format_table(records: Sequence[dict[str, object]]) -> str:
    """Markdown, one line for every policy and part of the cases."""
    lines = [
        "| cases | policy | first candidate accepted | fixed within 10 | worse | renders | seconds | edit |",
        "|---|---|---|---|---|---|---|---|",
    ]
    injected = [record for record in records if record["together"]]
    records = [
        *records,
        *({**record, "part": "all injected"} for record in injected),
        *({**record, "part": "held-out sources"} for record in injected if record["source"] in HELD_OUT_SOURCES),
        *({**one, "part": "one defect" if one["together"] == 1 else "several defects"} for one in injected),
    ]
    parts = dict.fromkeys((str(r["part"]), str(r["policy"])) for r in records)
    for part, name in sorted(parts):
        rows = [r for r in records if (r["part"], r["policy"]) == (part, name)]

        def hits(field: str, rows: Sequence[dict[str, object]] = rows) -> str:
            return format_share(sum(bool(r[field]) for r in rows), len(rows))

        def mean(field: str, rows: Sequence[dict[str, object]] = rows) -> str:
            values = [float(str(r[field])) for r in rows if field != "size" or r["fixed"]]
            return f"{sum(values) / max(1, len(values)):.1f}"

        worse = sum(bool(r["worse"]) for r in rows)
        lines.append(
            f"| {part} | {name} | {hits('first')} | {hits('fixed')} | {worse} | {mean('renders')} "
            f"| {mean('seconds')} | {mean('size')} |"
        )
    return "\n".join(lines)


async def run_cases(
    cases: Sequence[Task],
    policies: dict[str, Proposers],
    done: set[tuple[str, str]],
    note: Callable[[dict[str, object]], None],
) -> None:
    """Every policy on every case. A chain that starts with the solved repairs ends with the first that is accepted, so
    that where these alone have fixed the case it gets their result."""
    driver = Driver("")
    try:
        for task in cases:
            identity = task.identity
            left = {name: proposers for name, proposers in policies.items() if (identity, name) not in done}
            if not left:
                continue
            results: dict[str, CaseResult | None] = {}
            try:
                async with open_case(driver, task) as judge:
                    if judge is None:
                        continue
                    for name, proposers in left.items():
                        alone = results.get(SOLVED)
                        chained = name.startswith(f"{SOLVED} +") and alone is not None and alone.fixed
                        results[name] = alone if chained else await judge(proposers)
            except RelookError as error:
                print(f"{identity}: {error}", flush=True)
            about = {"case": identity, "part": task.part, "source": task.source}
            about |= {"rule": task.rule, "kind": task.kind, "together": task.together}
            for name, result in results.items():
                if result is not None:
                    note({**about, "policy": name, **vars(result)})
    finally:
        await driver.close()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.evaluation.policy_bench", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[training_folder() / "examples.jsonl"])
    parser.add_argument("--model", action="append", default=[], metavar="NAME=FOLDER", help="a policy; may be repeated")
    parser.add_argument(
        "--endpoint", action="append", default=[], metavar="NAME=URL", help="a served policy; may be repeated"
    )
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--out", type=Path, default=training_folder() / "policy_bench.jsonl")
    parser.add_argument("--table", action="store_true", help="only print what was measured")
    options = parser.parse_args(argv)
    if not options.table:
        found = {task.identity: task for path in options.data for task in read_tasks(path)}
        cases = [task for task in found.values() if not task.trains]
        Random(7).shuffle(cases)
        policies: dict[str, Proposers] = {SOLVED: propose_solved}
        models = {
            name: load_local_policy(Path(folder)) for name, _, folder in (one.partition("=") for one in options.model)
        }
        models |= {
            name: connect_served_policy(url) for name, _, url in (one.partition("=") for one in options.endpoint)
        }
        for name, one in models.items():
            policies |= {name: one, f"{SOLVED} + {name}": chain_proposers(propose_solved, one)}
        done = {(r["case"], r["policy"]) for r in read_records(options.out)}
        options.out.parent.mkdir(parents=True, exist_ok=True)
        with options.out.open("a", encoding="utf-8") as out:

            def note(record: dict[str, object]) -> None:
                out.write(json.dumps(record) + "\n")
                out.flush()
                print(record, flush=True)

            asyncio.run(run_cases(cases[: options.cases], policies, done, note))
    print(format_table(list(read_records(options.out))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
