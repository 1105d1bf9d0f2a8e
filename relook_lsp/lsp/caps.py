"""What the client can do, resolved once."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types as lsp


@dataclass(frozen=True)
class ClientCaps:
    """Named booleans; nothing else looks into the client's capabilities."""

    document_changes: bool = False
    related_information: bool = False
    code_description: bool = False
    data: bool = False
    progress: bool = False
    configuration: bool = False
    register_configuration: bool = False
    register_watchers: bool = False
    markdown: bool = False
    images: bool = False
    """Pictures in hovers: markdown in which ``img`` is allowed."""
    preferred: bool = False

    @staticmethod
    def of(caps: lsp.ClientCapabilities) -> ClientCaps:
        document, workspace = caps.text_document, caps.workspace
        publish = document.publish_diagnostics if document else None
        action = document.code_action if document else None
        hover = document.hover if document else None
        edit = workspace.workspace_edit if workspace else None
        markdown = caps.general.markdown if caps.general else None
        watched = workspace.did_change_watched_files if workspace else None
        changed = workspace.did_change_configuration if workspace else None
        formats = tuple(hover.content_format or ()) if hover else ()
        return ClientCaps(
            document_changes=bool(edit and edit.document_changes),
            related_information=bool(publish and publish.related_information),
            code_description=bool(publish and publish.code_description_support),
            data=bool(publish and publish.data_support),
            progress=bool(caps.window and caps.window.work_done_progress),
            configuration=bool(workspace and workspace.configuration),
            register_configuration=bool(changed and changed.dynamic_registration),
            register_watchers=bool(watched and watched.dynamic_registration),
            markdown=lsp.MarkupKind.Markdown in formats,
            images=bool(markdown and "img" in (markdown.allowed_tags or ())),
            preferred=bool(action and action.is_preferred_support),
        )
