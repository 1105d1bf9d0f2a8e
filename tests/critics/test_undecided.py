"""Every word that says why a critic cannot tell is explained, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import relook_lsp.critics
from relook_lsp.core.finding import OUT_OF_TIME, RULE_FAILED
from relook_lsp.core.incomplete_reasons import REASONS, explain_reason

SOURCE = "\n".join(file.read_text("utf-8") for file in Path(relook_lsp.critics.__file__).parent.rglob("*.py"))


def test_what_critics_say_is_explained() -> None:
    said = set(re.findall(r'reason="([a-z-]+)"', SOURCE))
    assert len(said) > 20
    assert said <= REASONS.keys()


def test_what_is_explained_is_said() -> None:
    of_the_page = (OUT_OF_TIME, RULE_FAILED)
    assert [word for word in REASONS if word not in of_the_page and f'"{word}"' not in SOURCE] == []


def test_what_nobody_knows_stays_as_it_is() -> None:
    assert explain_reason("remote-blocked").startswith("it needs a file")
    assert explain_reason("<b>") == "<b>"
