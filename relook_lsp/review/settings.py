"""What a review depends on besides the page. Light: an idle server has no need of numpy or of a browser's driver."""

from __future__ import annotations

from dataclasses import dataclass, field

from relook_lsp.browser.capture_plan import CapturePlan
from relook_lsp.critics.rule import CriticOptions


@dataclass(frozen=True)
class ReviewSettings:
    """Frozen, so that a running review cannot be changed under its feet."""

    plan: CapturePlan = field(default_factory=CapturePlan)
    options: CriticOptions = field(default_factory=CriticOptions)
