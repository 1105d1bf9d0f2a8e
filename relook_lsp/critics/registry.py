"""Every rule, in the order in which it is documented and run."""

from __future__ import annotations

from relook_lsp.critics.rule import Rule
from relook_lsp.critics.rules import (
    collapsed_container,
    content_behind_fixed_bar,
    elements_collide,
    leaves_container,
    leaves_viewport,
    low_contrast,
    near_miss_alignment,
    page_scrolls_sideways,
    small_range_break,
    uneven_gaps,
    unintended_wrap,
)

RULES: tuple[Rule, ...] = (
    page_scrolls_sideways.RULE,
    leaves_viewport.RULE,
    leaves_container.RULE,
    elements_collide.RULE,
    unintended_wrap.RULE,
    small_range_break.RULE,
    content_behind_fixed_bar.RULE,
    collapsed_container.RULE,
    near_miss_alignment.RULE,
    uneven_gaps.RULE,
    low_contrast.RULE,
)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
