"""What the client can do, resolved once."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types as lsp


@dataclass(frozen=True)
class ClientCapabilities:
    """Named booleans; nothing else looks into the client's capabilities."""

    document_changes: bool = False
    create_files: bool = False
    """Edits may make files."""
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
    tags: bool = False
    """Code actions may say that a language model wrote them."""
    code_lens: bool = False
    refresh_lens: bool = False
    show_document: bool = False

    @staticmethod
    def from_capabilities(caps: lsp.ClientCapabilities) -> ClientCapabilities:
        document, workspace, window, general = caps.text_document, caps.workspace, caps.window, caps.general
        publish = document.publish_diagnostics if document else None
        action = document.code_action if document else None
        hover = document.hover if document else None
        edit = workspace.workspace_edit if workspace else None
        markdown = general.markdown if general else None
        watched = workspace.did_change_watched_files if workspace else None
        changed = workspace.did_change_configuration if workspace else None
        lens = workspace.code_lens if workspace else None
        shown = window.show_document if window else None
        tags = action.tag_support.value_set if action and action.tag_support else ()
        formats = tuple(hover.content_format or ()) if hover else ()
        return ClientCapabilities(
            document_changes=bool(edit and edit.document_changes),
            create_files=bool(edit and lsp.ResourceOperationKind.Create in (edit.resource_operations or ())),
            related_information=bool(publish and publish.related_information),
            code_description=bool(publish and publish.code_description_support),
            data=bool(publish and publish.data_support),
            progress=bool(window and window.work_done_progress),
            configuration=bool(workspace and workspace.configuration),
            register_configuration=bool(changed and changed.dynamic_registration),
            register_watchers=bool(watched and watched.dynamic_registration),
            markdown=lsp.MarkupKind.Markdown in formats,
            images=bool(markdown and "img" in (markdown.allowed_tags or ())),
            preferred=bool(action and action.is_preferred_support),
            tags=lsp.CodeActionTag.LlmGenerated in (tags or ()),
            code_lens=bool(document and document.code_lens),
            refresh_lens=bool(lens and lens.refresh_support),
            show_document=bool(shown and shown.support),
        )
