"""Every rule, in the order in which it is documented and run."""

from __future__ import annotations

from relook_lsp.critics.rule import Rule
from relook_lsp.critics.rules import low_contrast, page_scrolls_sideways

RULES: tuple[Rule, ...] = (
    page_scrolls_sideways.RULE,
    low_contrast.RULE,
)

BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
