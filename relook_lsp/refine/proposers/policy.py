"""Candidates from a model: observed, asked, parsed strictly, and handed to the same verifier as all others."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from relook_lsp.core.finding import Finding
from relook_lsp.core.patch import Patch, PatchError
from relook_lsp.models.chat import ChatModel, ChatRequest, ModelError
from relook_lsp.models.edit_language import LanguageError, Observation, describe_edit, parse_answer
from relook_lsp.models.policy_prompt import policy_messages
from relook_lsp.refine.proposers.observation import observe_group, operations_to_patch
from relook_lsp.refine.trajectory import Attempt, PageState

log = logging.getLogger(__name__)

Ask = Callable[[Observation, Sequence[tuple[str, str]]], Awaitable[list[str]]]
"""Observation and (answer, reason) of what was rejected -> answers, best first."""

MAX_ASKED = 3
"""Requests in one round; each may bring several answers."""


def remote_policy(chat: ChatModel, samples: int = 4, *, frame: bool = False) -> Ask:
    """A large policy; with ``frame`` one that can see. Its answers may change markup."""

    async def ask(observation: Observation, rejected: Sequence[tuple[str, str]]) -> list[str]:
        return await chat.answer(
            ChatRequest(policy_messages(observation, rejected, frame=frame), samples, temperature=0.7)
        )

    return ask


class PolicyProposer:
    """A proposer over any model. A model that cannot be asked proposes nothing; ``problem`` then says why."""

    def __init__(self, name: str, ask: Ask, target: Sequence[Finding], *, large: bool) -> None:
        self._name = name
        self._ask = ask
        self._target = tuple(target)
        self._large = large
        self._answers: list[str] = []
        self._rejected: list[tuple[str, str]] = []
        self._proposed: dict[Patch, str] = {}
        self._asked = 0
        self.problem = ""

    @property
    def name(self) -> str:
        return self._name

    async def propose(self, best: PageState, rejected: Sequence[Attempt]) -> Patch | None:
        """The next well-formed answer that was not proposed yet."""
        observed = observe_group(best, self._target, source=self._large)
        if observed is None:
            return None
        told = {answer for answer, _ in self._rejected}
        for attempt in rejected:
            answer = self._proposed.get(attempt.patch)
            if answer is not None and answer not in told:
                self._rejected.append((answer, f"{attempt.verdict.reason.value}: {attempt.verdict.detail}"))
        while True:
            if not self._answers:
                if self._asked >= MAX_ASKED:
                    return None
                self._asked += 1
                try:
                    self._answers = list(dict.fromkeys(await self._ask(observed.observation, self._rejected)))
                except ModelError as error:
                    self.problem = str(error)
                    log.warning("%s: %s", self.name, error)
                    return None
            answer = self._answers.pop(0) if self._answers else ""
            try:
                operations = parse_answer(answer, observed.observation, markup=self._large)
                patch = operations_to_patch(observed, operations, describe_edit(operations, observed.observation)[:80])
            except (LanguageError, PatchError) as error:
                self._rejected.append((answer, str(error)))
                continue
            if patch.replacements and patch not in self._proposed:
                self._proposed[patch] = answer
                return patch
