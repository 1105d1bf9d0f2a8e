"""The multimodal critic: a vision model that looks at the frames. A second opinion, never part of cost or acceptance
by numbers; what it says is checked for its form, and its words are data like everything that was not written by us."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

from jsonschema import Draft202012Validator

from relook_lsp.core.finding import Finding, Opinion, Severity, Sighting
from relook_lsp.core.geometry import Rect
from relook_lsp.core.snapshot import Snapshot, View, Viewport
from relook_lsp.models.chat import Chat, Message, ModelError, Question
from relook_lsp.models.critic_prompt import DIMENSIONS, VERSION, answer_schema, comparing, comparison_schema, judging
from relook_lsp.models.marks import Mark, choose, draw, framed, plain_picture
from relook_lsp.models.memory import Memory
from relook_lsp.source.locate import Locator

PREFIX = "critic-"
"""Begins the rule ids; the dimension of the rubric follows."""

TOKENS = 2000
"""Of one answer: six critiques at their longest."""

Answer = TypeVar("Answer")


class Malformed(ValueError):
    """The answer does not follow the schema; the sentence goes back to the model."""


@dataclass(frozen=True)
class Critic:
    """Asks ``chat``; ``intent`` is what the page is for, in its author's words, where there are any."""

    chat: Chat
    memory: Memory = field(default_factory=Memory)

    async def judge(self, snapshot: Snapshot, intent: str = "") -> tuple[Opinion, tuple[Finding, ...]]:
        """What the model thinks of the page in its widest window over time. Raises ``ModelError``."""
        views = framed(snapshot.moments(widest(snapshot)))
        marks = choose(views[-1])
        pictures = [draw(view.frame.png, view.layout, marks) for view in views if view.frame is not None]
        schema = answer_schema(len(marks))
        data = await self._ask(judging(snapshot, intent, views, marks, pictures), schema)
        opinion = Opinion(await self.chat.model(), data["score"], {name: data["rubric"][name] for name in DIMENSIONS})
        return opinion, _findings(snapshot, views[-1], marks, data["critiques"])

    async def objection(self, before: Snapshot, after: Snapshot, viewport: Viewport, intent: str = "") -> str:
        """Why ``after`` is not to replace ``before``; empty where it wins in both orders, because models prefer a place
        as well as a picture. Raises ``ModelError``."""
        old, new = (_over_time(snapshot, viewport) for snapshot in (before, after))
        if old == new:
            return "the two look the same"
        for first, second, wanted in ((old, new, "second"), (new, old, "first")):
            data = await self._ask(comparing(intent, first, second), comparison_schema())
            if data["better"] != wanted:
                return (
                    f"it prefers {'neither' if data['better'] == 'same' else 'the original'}: {_flat(data['reason'])}"
                )
        return ""

    async def _ask(self, messages: tuple[Message, ...], schema: Mapping[str, Any]) -> Any:
        """The answer as checked data. What was answered before is not asked again; a malformed answer gets one more try."""
        question = Question(messages, tokens=TOKENS, schema=schema, purpose="critic")
        key = question.key(f"critic {VERSION} {await self.chat.model()}")
        kept = self.memory.get(key)
        if kept is not None:
            try:
                return checked(kept, schema)
            except Malformed:
                pass  # Someone else wrote there; ask.
        problem = ""
        asked = question
        for _ in (1, 2):
            text = (await self.chat.answer(asked))[0]
            try:
                data = checked(text, schema)
            except Malformed as error:
                problem = str(error)
                told = Message("user", f"That is not the JSON that was asked for: {problem}. Answer again.")
                asked = replace(question, messages=(*messages, Message("assistant", text[:2000]), told))
                continue
            self.memory.put(key, text)
            return data
        raise ModelError(f"The critic did not answer in the form that was asked for: {problem}.")


def widest(snapshot: Snapshot) -> Viewport:
    """Of the configured windows. Raises ``ModelError`` where no picture was taken."""
    shown = [view.viewport for view in snapshot.settled if view.frame is not None]
    if not shown:
        raise ModelError("There is no picture of the page that the critic could look at.")
    return max(shown, key=lambda viewport: viewport.width)


def _over_time(snapshot: Snapshot, viewport: Viewport) -> tuple[bytes, ...]:
    views = framed(snapshot.moments(viewport))
    return tuple(plain_picture(view.frame.png) for view in views if view.frame is not None)


def checked(text: str, schema: Mapping[str, Any]) -> Any:
    """The JSON of an answer, fences around it taken off. Raises ``Malformed`` unless it follows the schema exactly."""
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        # Control characters in strings are not JSON, but models and grammars write them.
        data: Any = json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        raise Malformed("it is not JSON") from None
    validator: Any = Draft202012Validator(dict(schema))
    error = next(iter(validator.iter_errors(data)), None)
    if error is not None:
        place = ".".join(str(part) for part in cast("Sequence[object]", error.absolute_path))
        raise Malformed(_flat(f"{place or 'the answer'}: {error.message}")[:200])
    return data


def _findings(
    snapshot: Snapshot, view: View, marks: Sequence[Mark], critiques: Sequence[Mapping[str, Any]]
) -> tuple[Finding, ...]:
    """One finding for each mark and dimension; mark 0 is the page."""
    locator = Locator(snapshot)
    found: dict[tuple[str, str], Finding] = {}
    for one in critiques:
        number: int = one["mark"]
        mark = marks[number - 1] if number else None
        node = mark.node if mark is not None else None
        problem, suggestion = _flat(one["problem"]), _flat(one["suggestion"])
        finding = Finding(
            rule=PREFIX + one["dimension"],
            severity=Severity(one["severity"]),
            message=f"{problem} Suggestion: {suggestion}",
            cause=locator.tag(view, node) or locator.whole(),
            key=mark.key if mark is not None else "page",
            viewport=view.viewport,
            moment=view.moment,
            view=view.id,
            box=mark.box if mark is not None else Rect(0, 0, 0, 0),
            node=node,
            selector=view.layout.selector(node) if node is not None else "",
            xpath=view.layout.xpath(node) if node is not None else "",
            measured={"suggestion": suggestion},
            seen=(Sighting(view.viewport, view.moment),),
            source="critic",
        )
        found.setdefault(finding.identity, finding)
    return tuple(found.values())


def _flat(text: str) -> str:
    """On one line, without what is not printable."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
