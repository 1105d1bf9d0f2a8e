"""A self-contained HTML file that asks nothing of the network and runs nothing but our own script."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from pathlib import Path

from relook_lsp import __version__

_HERE = Path(__file__).parent


def build_html_document(title: str, summary: str, body: str, script: str, rules: str = "") -> str:
    """``title`` and ``summary`` are text; ``body`` is markup, ``script`` the name of one of our scripts, ``rules`` more CSS.

    Style and script are allowed by their hashes alone (Content Security Policy Level 3), so that markup that
    slipped through could neither run nor load anything.
    """
    style = (_HERE / "report.css").read_text("utf-8") + rules
    code = (_HERE / f"{script}.js").read_text("utf-8")
    policy = (
        f"default-src 'none'; img-src data:; style-src {_csp_hash(style)}; script-src {_csp_hash(code)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<header class="top"><h1>{escape(title)}</h1><p>{escape(summary)}</p></header>\n'
        f"<main>\n{body}</main>\n"
        f'<footer class="foot">Made by ReLook {escape(__version__)}</footer>\n'
        f"<script>{code}</script>\n</body>\n</html>\n"
    )


def _csp_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
