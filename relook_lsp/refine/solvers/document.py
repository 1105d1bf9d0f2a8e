"""The viewport meta of the document."""

from __future__ import annotations

from collections.abc import Iterator

from relook_lsp.core.patch import Patch
from relook_lsp.refine.patch_writer import PatchWriter
from relook_lsp.refine.repair_site import RepairSite

CONTENT = "width=device-width, initial-scale=1"


def solve_viewport_meta(site: RepairSite, writer: PatchWriter) -> Iterator[Patch]:
    """The meta as it should be: in place of one that forbids zoom, else new in the head."""
    layout = site.layout
    for node, name in enumerate(layout.names):
        if name == "meta" and (layout.attribute(node, "name") or "").strip().lower() == "viewport":
            patch = writer.write_attributes(node, f"viewport: {CONTENT}", content=CONTENT)
            if patch is not None:
                yield patch
            return
    patch = writer.insert_into_head(f'<meta name="viewport" content="{CONTENT}">', "add the viewport meta")
    if patch is not None:
        yield patch
