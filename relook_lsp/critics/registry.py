"""Every rule, in the order in which it is documented and run."""

from __future__ import annotations

from relook_lsp.critics.rule import Rule
from relook_lsp.critics.rules import (
    blank_render,
    blocked_remote,
    collapsed_container,
    console_error,
    content_behind_fixed_bar,
    covered_control,
    elements_collide,
    failed_resource,
    layout_shift,
    leaves_container,
    leaves_viewport,
    line_too_long,
    low_contrast,
    near_miss_alignment,
    never_settles,
    no_visible_focus,
    page_scrolls_sideways,
    script_hang,
    small_range_break,
    small_target,
    text_too_small,
    uncaught_exception,
    uneven_gaps,
    unhandled_rejection,
    unintended_wrap,
    viewport_meta,
)

RULES: tuple[Rule, ...] = (
    blank_render.RULE,
    uncaught_exception.RULE,
    unhandled_rejection.RULE,
    console_error.RULE,
    script_hang.RULE,
    failed_resource.RULE,
    blocked_remote.RULE,
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
    text_too_small.RULE,
    line_too_long.RULE,
    small_target.RULE,
    no_visible_focus.RULE,
    covered_control.RULE,
    layout_shift.RULE,
    never_settles.RULE,
    viewport_meta.RULE,
)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
