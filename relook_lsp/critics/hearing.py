"""What the rules say of single views, kept while the browser answers their questions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from relook_lsp.core.finding import Outcome
from relook_lsp.core.snapshot import Snapshot, View
from relook_lsp.critics.rule import Options, Rule
from relook_lsp.critics.scene import NotYetSeen, Scene


class Hearing:
    """The rules of one page, heard in several rounds. A rule that asked for nothing says the same again and is not
    asked twice; pictures stay decoded. Not for several threads at a time."""

    def __init__(self, options: Options) -> None:
        self._options = options
        # By identity: a view that got its picture later is another one.
        self._scenes: dict[int, Scene] = {}
        self._said: dict[tuple[str, int], tuple[Outcome, ...]] = {}

    def listen(self, rules: Iterable[Rule], view: View) -> None:
        """Hear what rules say of one view before all of the page has been seen. Whatever needs to know more than the view
        is left to the later rounds."""
        scene = self._scenes.setdefault(id(view), Scene(None, view, self._options))
        for rule in rules:
            with contextlib.suppress(NotYetSeen):
                self.outcomes(rule, scene)

    def scene(self, snapshot: Snapshot, view: View) -> Scene:
        scene = self._scenes.setdefault(id(view), Scene(snapshot, view, self._options))
        scene.show(snapshot)
        return scene

    def outcomes(self, rule: Rule, scene: Scene) -> tuple[Outcome, ...]:
        """What the rule says of the view, as far as the scene's snapshot lets it tell."""
        assert rule.view is not None
        at = (rule.id, id(scene.view))
        if at not in self._said:
            said = tuple(rule.view(scene))
            if any(outcome.need is not None for outcome in said):
                return said
            self._said[at] = said
        return self._said[at]
