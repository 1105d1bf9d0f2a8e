"""What a review depends on besides the page. Light: an idle server has no need of numpy or of a browser's driver."""

from __future__ import annotations

from dataclasses import dataclass, field

from relook_lsp.browser.plan import Plan
from relook_lsp.critics.rule import Options


@dataclass(frozen=True)
class Settings:
    """Frozen, so that a running review cannot be changed under its feet."""

    plan: Plan = field(default_factory=Plan)
    options: Options = field(default_factory=Options)
