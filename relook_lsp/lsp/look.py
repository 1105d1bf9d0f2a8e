"""A review that somebody asked for: now, whatever the settings say of saving and typing."""

from __future__ import annotations

from relook_lsp.lsp import lookup
from relook_lsp.lsp.server import RelookServer
from relook_lsp.session.subject import Seen


async def look(ls: RelookServer, uri: str) -> list[Seen]:
    """Reviews of all pages of the document; without those that changed meanwhile."""
    document = ls.session.documents.get(uri)
    if document is not None:
        belongs = await ls.session.pages(document)
        if belongs.message:
            ls.homeless(belongs)
        subjects = belongs.subjects
    else:
        subjects = tuple(seen.subject for seen in lookup.seen_of(ls, uri)[:1])
    with ls.session.scheduler.foreground():
        looked = [await ls.session.look(subject) for subject in subjects]
    return [seen for seen in looked if seen is not None]
