"""Self-edit in rounds: ``python -m model_server.evaluation.rounds``. What does looking, and what does strictness give?

A page with several defects gets one candidate of the trained policy a round. The ways differ in what they keep:

- ``forced``: what the verifier accepts (Forced Optimization);
- ``free``: whatever the policy writes, seen by the policy before it writes the next, and judged by nobody;
- ``blind``: an edit for every defect of the first look, none of them looked at;
- ``noisy S``: what is cheaper by one measurement whose noise has the deviation S (in units of the page's first cost);
- ``clear S``: the same noise, measured again until the difference is clear;
- ``step back``: also what costs up to ``STEP`` of the first cost more; the best page that was seen is the result;
- ``boxes``: what is cheaper for a critic that is shown no pictures;
- ``read``: what a program that reads pictures reads more of (with ``--reader``; ``legible``).

Costs are measured without noise. All ways share renders of the same text; each pays what the render took that it needs:
for ``blind`` that is the first look.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from model_server.evaluation.cost_curves import CostCurve, compare_gains, format_table, read_curves
from model_server.evaluation.ocr_judge import TextReader, load_rapidocr, unread_share
from model_server.training.examples import Task, read_tasks
from model_server.training.jsonl import read_records
from model_server.training.live_trial import strip_pictures
from model_server.training.reward import WORTHLESS_REASONS
from model_server.training.screening import SCREENING
from model_server.training.sources import training_folder
from model_server.training.task_state import judge_answer, render_broken_page
from relook_lsp.browser.driver import Driver
from relook_lsp.core.errors import BrowserFailed, RelookError
from relook_lsp.core.finding import Finding, cost_of_extent
from relook_lsp.core.page import Page
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.critics.engine import judge_snapshot
from relook_lsp.models.edit_language import LanguageError, parse_answer
from relook_lsp.models.shipped_policy import WEIGHTS, LocalPolicy
from relook_lsp.refine.candidate_renderer import CandidateRenderer
from relook_lsp.refine.noise import is_clear_difference
from relook_lsp.refine.proposers.observation import ObservedGroup, observe_group, operations_to_patch
from relook_lsp.refine.repair_site import group_findings
from relook_lsp.refine.trajectory import AcceptanceResult, PageState, open_findings, texts_of
from relook_lsp.refine.verifier import Verifier
from relook_lsp.review.pipeline import Review

ROUNDS = 10
NOISE = (0.02, 0.1, 0.3)
STEP = 0.1
LIKELY = 1.0
"""Mean rank of the answer that is taken, of those that the policy gives, the likeliest being 0."""

KeepCandidate = Callable[[PageState, AcceptanceResult], Awaitable[bool]]
"""Whether the candidate of a verdict replaces the state."""


@dataclass
class RenderCache:
    """Renders of one page and its candidates, each text once."""

    stage: CandidateRenderer
    spent: float = 0.0
    """Seconds that the renders took that were asked for."""
    renders: int = 0
    _seen: dict[frozenset[tuple[str, str]], tuple[Review, float]] = field(
        default_factory=dict[frozenset[tuple[str, str]], tuple[Review, float]]
    )

    async def look(self, page: Page) -> Review:
        key = frozenset((path, buffer.text) for path, buffer in page.overlays.items())
        if key not in self._seen:
            started = time.monotonic()
            review = await self.stage.render(page)
            self._seen[key] = review, time.monotonic() - started
            self.renders += 1
        review, took = self._seen[key]
        self.spent += took
        return review


def create_ways(first: float, random: Random, read: TextReader | None) -> dict[str, KeepCandidate]:
    """All by name; ``first`` is the cost of the page as it was broken."""
    misses: dict[int, float] = {}

    async def forced(_state: PageState, verdict: AcceptanceResult) -> bool:
        return verdict.is_accepted

    async def free(_state: PageState, _verdict: AcceptanceResult) -> bool:
        return True

    async def step_back(state: PageState, verdict: AcceptanceResult) -> bool:
        return _cost_reduction(state, verdict) > -STEP * first

    async def boxes(state: PageState, verdict: AcceptanceResult) -> bool:
        after = _intact_state(verdict)
        return after is not None and await asyncio.to_thread(lambda: geometry_cost(after) < geometry_cost(state))

    async def reads(state: PageState, verdict: AcceptanceResult) -> bool:
        after = _intact_state(verdict)
        return after is not None and await missed(after) < await missed(state)

    async def missed(state: PageState) -> float:
        snapshot = state.review.snapshot
        assert snapshot is not None and read is not None
        if id(snapshot) not in misses:  # renders are kept as long as the page is walked
            misses[id(snapshot)] = await asyncio.to_thread(unread_share, snapshot, read)
        return misses[id(snapshot)]

    def noisy(deviation: float) -> KeepCandidate:
        async def once(state: PageState, verdict: AcceptanceResult) -> bool:
            return _cost_reduction(state, verdict) + _measurement_noise(random, deviation * first) > 0

        return once

    def clear(deviation: float) -> KeepCandidate:
        async def again(state: PageState, verdict: AcceptanceResult) -> bool:
            async def measure() -> float:
                return _cost_reduction(state, verdict) + _measurement_noise(random, deviation * first)

            return await is_clear_difference(measure)

        return again

    found: dict[str, KeepCandidate] = {"forced": forced, "free": free, "step back": step_back, "boxes": boxes}
    found |= {"read": reads} if read is not None else {}
    found |= {f"noisy {one:g}": noisy(one) for one in NOISE}
    return found | {f"clear {one:g}": clear(one) for one in NOISE}


def geometry_cost(state: PageState) -> float:
    """What the page costs as far as its boxes tell, and its styles. Pure."""
    snapshot = state.review.snapshot
    assert snapshot is not None
    judgement = judge_snapshot(strip_pictures(snapshot, snapshot.views), SCREENING.options)
    return sum(cost_of_extent(one.severity.weight, one.worst.outcome.extent) for one in judgement.defects)


def _cost_reduction(state: PageState, verdict: AcceptanceResult) -> float:
    """What the candidate takes off the cost; what loses content or cannot be shown is never a gain."""
    after = _intact_state(verdict)
    return -1e9 if after is None else state.cost - after.cost


def _intact_state(verdict: AcceptanceResult) -> PageState | None:
    """The candidate; None where it loses content or cannot be shown."""
    return None if verdict.reason in WORTHLESS_REASONS else verdict.state


def _measurement_noise(random: Random, deviation: float) -> float:
    """Of the difference of two measurements."""
    return random.gauss(0, deviation) - random.gauss(0, deviation)


async def edit_in_rounds(
    start: PageState, first: float, shown: RenderCache, model: LocalPolicy, keep: KeepCandidate, random: Random
) -> CostCurve:
    """With a look in every round; ``first``: seconds of the first one."""
    state, done = start, CostCurve([start.cost], [first])
    for _ in range(ROUNDS):
        open_ = group_findings(open_findings(state))
        if not open_:
            done.add(state.cost, 0.0)
            continue
        spent, started = shown.spent, time.monotonic()
        aim = random.choice(open_)
        observed, answer = await ask_policy(state, aim, model, random)
        policy = time.monotonic() - started
        if observed is not None:
            verdict = await judge_answer(state, observed, answer, Verifier(shown.look, minimal=False).aimed_at(aim))
            if verdict.state is not None and verdict.state.review.report.reviewed and await keep(state, verdict):
                state = verdict.state
        done.add(state.cost, policy + shown.spent - spent)
    return done


async def edit_without_review(
    start: PageState, first: float, shown: RenderCache, model: LocalPolicy, random: Random
) -> CostCurve:
    """Without another look: an edit for one defect of the first look a round, all on the text that was seen then."""
    done, patch = CostCurve([start.cost], [first]), Patch(())
    aims = group_findings(open_findings(start))
    random.shuffle(aims)
    for at in range(ROUNDS):
        started = time.monotonic()
        if at < len(aims):
            observed, answer = await ask_policy(start, aims[at], model, random)
            with suppress(LanguageError, PatchError):
                if observed is not None:
                    edit = operations_to_patch(observed, parse_answer(answer, observed.observation))
                    patch = Patch.from_replacements((*patch.replacements, *edit.replacements))
        policy = time.monotonic() - started
        texts = texts_of(start)
        after = await shown.look(start.page.with_texts({p: patch.apply(p, texts[p]) for p in patch.paths}))
        if not after.report.reviewed:
            raise BrowserFailed(after.report.problems[0].message)
        done.add(after.report.cost, policy)
    return done


async def ask_policy(
    state: PageState, aim: Sequence[Finding], model: LocalPolicy, random: Random
) -> tuple[ObservedGroup | None, str]:
    """What the policy is told and says, mostly its likeliest answers; None where it has none."""
    observed = observe_group(state, aim)
    answers = await asyncio.to_thread(model.sample_answers, observed.observation) if observed is not None else []
    if not answers:
        return None, ""
    return observed, answers[min(int(random.expovariate(1 / LIKELY)), len(answers) - 1)]


async def measure_pages(
    tasks: Sequence[Task], model: LocalPolicy, read: TextReader | None, note: Callable[[dict[str, object]], None]
) -> None:
    driver = Driver("")
    try:
        for task in tasks:
            try:
                async with CandidateRenderer(driver, SCREENING) as stage:
                    shown = RenderCache(stage)
                    start = await render_broken_page(task, shown.look)
                    first = shown.spent
                    if len(group_findings(open_findings(start))) < 2:
                        continue
                    walks = {"blind": await edit_without_review(start, first, shown, model, Random(f"{task.key} walk"))}
                    for name, keep in create_ways(start.cost, Random(f"{task.key} noise"), read).items():
                        walks[name] = await edit_in_rounds(start, first, shown, model, keep, Random(f"{task.key} walk"))
                    for name, one in walks.items():
                        note({"page": task.page.entry, "way": name, **vars(one)})
                    print(task.page.entry, shown.renders, flush=True)
            except (RelookError, PatchError) as error:
                print(f"{task.page.entry}: {error}", flush=True)
    finally:
        await driver.close()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="model_server.evaluation.rounds", description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", default=[training_folder() / "examples.jsonl"])
    parser.add_argument("--model", type=Path, default=WEIGHTS, help="folder of the policy")
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--out", type=Path, default=training_folder() / "rounds.jsonl")
    parser.add_argument("--reader", action="store_true", help="also let RapidOCR decide")
    parser.add_argument("--table", action="store_true", help="only print what was measured")
    options = parser.parse_args(argv)
    if not options.table:
        found = {
            (task.page.entry, task.joint): task
            for path in options.data
            for task in read_tasks(path)
            if task.split != "train" and len(task.joint.replacements) > 1
        }
        chosen = sorted(found.values(), key=lambda task: f"{task.page.entry} {task.key}")
        Random(5).shuffle(chosen)
        known = {record["page"] for record in read_records(options.out)}
        fresh = [task for task in chosen if task.page.entry not in known]
        one_each = list({task.page.entry: task for task in fresh}.values())[: options.pages]
        options.out.parent.mkdir(parents=True, exist_ok=True)
        with options.out.open("a", encoding="utf-8") as out:

            def note(record: dict[str, object]) -> None:
                out.write(json.dumps(record) + "\n")
                out.flush()

            program = load_rapidocr() if options.reader else None
            asyncio.run(measure_pages(one_each, LocalPolicy(options.model), program, note))
    walks = read_curves(options.out)
    print(format_table(walks), compare_gains(walks), sep="\n\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
