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
from relook_lsp.models.answer_cache import AnswerCache
from relook_lsp.models.chat import ChatMessage, ChatModel, ChatRequest, ModelError
from relook_lsp.models.critic_prompt import (
    DIMENSIONS,
    VERSION,
    answer_schema,
    comparing_messages,
    comparison_schema,
    judging_messages,
)
from relook_lsp.models.numbered_marks import (
    NumberedMark,
    choose_marks,
    distinct_framed_views,
    draw_marks,
    plain_picture,
)
from relook_lsp.source.locator import Locator

PREFIX = "critic-"
"""Begins the rule ids; the dimension of the rubric follows."""

TOKENS = 2000
"""Of one answer: six critiques at their longest."""

Answer = TypeVar("Answer")


class MalformedAnswer(ValueError):
    """The answer does not follow the schema; the sentence goes back to the model."""


@dataclass(frozen=True)
class MultimodalCritic:
    """Asks ``chat``; ``intent`` is what the page is for, in its author's words, where there are any."""

    chat: ChatModel
    memory: AnswerCache = field(default_factory=AnswerCache)

    async def judge(self, snapshot: Snapshot, intent: str = "") -> tuple[Opinion, tuple[Finding, ...]]:
        """What the model thinks of the page in its widest window over time. Raises ``ModelError``."""
        views = distinct_framed_views(snapshot.views_over_time(widest_viewport(snapshot)))
        marks = choose_marks(views[-1])
        pictures = [draw_marks(view.frame.png, view.layout, marks) for view in views if view.frame is not None]
        schema = answer_schema(len(marks))
        data = await self._ask_checked(judging_messages(snapshot, intent, views, marks, pictures), schema)
        opinion = Opinion(await self.chat.model(), data["score"], {name: data["rubric"][name] for name in DIMENSIONS})
        return opinion, _findings_from_critiques(snapshot, views[-1], marks, data["critiques"])

    async def object_to(self, before: Snapshot, after: Snapshot, viewport: Viewport, intent: str = "") -> str:
        """Why ``after`` is not to replace ``before``; empty where it wins in both orders, because models prefer a place
        as well as a picture. Raises ``ModelError``."""
        old, new = (_frames_over_time(snapshot, viewport) for snapshot in (before, after))
        if old == new:
            return "the two look the same"
        for first, second, wanted in ((old, new, "second"), (new, old, "first")):
            data = await self._ask_checked(comparing_messages(intent, first, second), comparison_schema())
            if data["better"] != wanted:
                return f"it prefers {'neither' if data['better'] == 'same' else 'the original'}: {_flatten_line(data['reason'])}"
        return ""

    async def _ask_checked(self, messages: tuple[ChatMessage, ...], schema: Mapping[str, Any]) -> Any:
        """The answer as checked data. What was answered before is not asked again; a malformed answer gets one more try."""
        question = ChatRequest(messages, tokens=TOKENS, schema=schema, purpose="critic")
        key = question.cache_key(f"critic {VERSION} {await self.chat.model()}")
        kept = self.memory.get(key)
        if kept is not None:
            try:
                return parse_critic_answer(kept, schema)
            except MalformedAnswer:
                pass  # Someone else wrote there; ask.
        problem = ""
        asked = question
        for _ in (1, 2):
            text = (await self.chat.answer(asked))[0]
            try:
                data = parse_critic_answer(text, schema)
            except MalformedAnswer as error:
                problem = str(error)
                told = ChatMessage("user", f"That is not the requested JSON: {problem}. Answer again.")
                asked = replace(question, messages=(*messages, ChatMessage("assistant", text[:2000]), told))
                continue
            self.memory.put(key, text)
            return data
        raise ModelError(f"The critic's answer does not follow the schema: {problem}.")


def widest_viewport(snapshot: Snapshot) -> Viewport:
    """Of the configured windows. Raises ``ModelError`` where no picture was taken."""
    shown = [view.viewport for view in snapshot.settled_views if view.frame is not None]
    if not shown:
        raise ModelError("There is no picture of the page for the critic.")
    return max(shown, key=lambda viewport: viewport.width)


def _frames_over_time(snapshot: Snapshot, viewport: Viewport) -> tuple[bytes, ...]:
    views = distinct_framed_views(snapshot.views_over_time(viewport))
    return tuple(plain_picture(view.frame.png) for view in views if view.frame is not None)


def parse_critic_answer(text: str, schema: Mapping[str, Any]) -> Any:
    """The JSON of an answer, fences around it taken off. Raises ``Malformed`` unless it follows the schema exactly."""
    bare = text.strip()
    if bare.startswith("```"):
        bare = bare.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        # Control characters in strings are not JSON, but models and grammars write them.
        data: Any = json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        raise MalformedAnswer("it is not JSON") from None
    validator: Any = Draft202012Validator(dict(schema))
    error = next(iter(validator.iter_errors(data)), None)
    if error is not None:
        place = ".".join(str(part) for part in cast("Sequence[object]", error.absolute_path))
        raise MalformedAnswer(_flatten_line(f"{place or 'the answer'}: {error.message}")[:200])
    return data


def _findings_from_critiques(
    snapshot: Snapshot, view: View, marks: Sequence[NumberedMark], critiques: Sequence[Mapping[str, Any]]
) -> tuple[Finding, ...]:
    """One finding for each mark and dimension; mark 0 is the page."""
    locator = Locator(snapshot)
    found: dict[tuple[str, str], Finding] = {}
    for one in critiques:
        number: int = one["mark"]
        mark = marks[number - 1] if number else None
        node = mark.node if mark is not None else None
        problem, suggestion = _flatten_line(one["problem"]), _flatten_line(one["suggestion"])
        finding = Finding(
            rule=PREFIX + one["dimension"],
            severity=Severity(one["severity"]),
            message=f"{problem} Suggestion: {suggestion}",
            cause=locator.locate_tag(view, node) or locator.document_start(),
            key=mark.key if mark is not None else "page",
            viewport=view.viewport,
            moment=view.moment,
            view=view.id,
            box=mark.box if mark is not None else Rect(0, 0, 0, 0),
            node=node,
            selector=view.layout.selector(node) if node is not None else "",
            xpath=view.layout.xpath(node) if node is not None else "",
            measured={"suggestion": suggestion},
            sightings=(Sighting(view.viewport, view.moment),),
            source="critic",
        )
        found.setdefault(finding.identity, finding)
    return tuple(found.values())


def _flatten_line(text: str) -> str:
    """On one line, without what is not printable."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
