"""The multimodal critic's scores in one line."""

from __future__ import annotations

from relook_lsp.core.finding import Opinion


def opinion_summary(opinion: Opinion) -> str:
    """``critic 72 of 100 (specification 80, spatial 65, typography 70, interaction 75; some/model)``."""
    rubric = ", ".join(f"{name} {score}" for name, score in opinion.rubric.items())
    return f"critic {opinion.score} of 100 ({rubric}; {opinion.model})"
