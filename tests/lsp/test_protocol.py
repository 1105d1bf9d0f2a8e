"""ReLook's own messages: what a client with pictures gets."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import pytest
from PIL import Image
from pygls.exceptions import JsonRpcException

from relook_lsp.lsp import protocol
from tests.lsp.conftest import CSS, Client

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


async def test_a_review_is_told_with_frames_in_a_folder_of_the_user_alone(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    seen: protocol.ReviewPayload = await client.until(
        lambda: next((r for r in client.reviews if {page, style} <= set(r.versions)), None)
    )
    assert (seen.page, seen.entry, seen.root, seen.valid) == (page, "index.html", site.as_uri(), True)
    assert seen.score is not None and 0 < seen.score < 100
    assert set(seen.files) == {page, style}
    (mark,) = seen.findings
    assert (mark.rule, mark.severity, mark.source) == ("low-contrast", "warning", "measured")
    assert mark.location is not None and mark.location.uri == style
    assert [note.location.uri for note in mark.related] == [page]
    assert {(frame.viewport.width, frame.moment) for frame in seen.frames} == {
        (width, moment) for width in (375, 768, 1280) for moment in (0, 1000, 2000)
    }
    shown = next(frame for frame in seen.frames if frame.id == mark.frame)
    with Image.open(shown.path) as picture:
        assert picture.size == (shown.width, shown.height)
        box = mark.box
        assert (
            picture.convert("RGB")
            .crop((int(box.x), int(box.y), int(box.x + box.width), int(box.y + box.height)))
            .getcolors()
        )
    folder = Path(shown.path).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    await client.raw.shutdown_async(None)
    client.ended = True
    assert not folder.exists()


async def test_old_frames_go(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    await client.until(lambda: client.reviews)
    for colour in ("#aab", "#abb", "#aba"):
        client.change(style, CSS.replace("#aaa", colour))
        await client.until(lambda: client.reviews[-1].versions.get(style) == client.texts[style][0])
    frames = client.reviews[-1].frames
    there = {path.name for path in Path(frames[0].path).parent.glob("*.png")}
    assert there >= {Path(frame.path).name for frame in frames}
    assert len(there) <= 3 * len(frames)  # the last review, and both sides of a fix that was prepared


async def test_from_the_source_to_the_picture_and_back(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    seen: protocol.ReviewPayload = await client.until(lambda: client.reviews and client.reviews[-1])
    frame = next(one for one in seen.frames if one.viewport.width == 1280)
    text = client.texts[page][1]
    line = text[: text.index("Fresh apples")].count("\n")
    place = protocol.ElementAtParams(page, frame.id, uri=page, position=protocol.lsp.Position(line, 25))
    found: protocol.ElementResult = await client.ask(protocol.ELEMENT_AT, place)
    assert found.selector.endswith("p.muted") and found.uri == page
    assert (found.tag.start, found.tag.end) == (protocol.lsp.Position(line, 0), protocol.lsp.Position(line, 17))
    assert found.whole.end == protocol.lsp.Position(line, len(text.splitlines()[line]))
    (box,) = found.boxes
    point = protocol.ElementAtParams(page, frame.id, x=box.x + box.width / 2, y=box.y + box.height / 2)
    assert await client.ask(protocol.ELEMENT_AT, point) == found
    nowhere = protocol.ElementAtParams(page, frame.id, x=-5.0, y=-5.0)
    assert await client.ask(protocol.ELEMENT_AT, nowhere) is None


async def test_preview_accept_discard(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    mark = await client.until(
        lambda: next((m for r in client.reviews[-1:] for m in r.findings if m.fix == "verified"), None)
    )
    shown: protocol.PreviewPayload = await client.ask(protocol.PREVIEW, protocol.FindingParams(style, mark.id))
    assert shown.before.score < shown.after.score == 100
    assert [m.rule for m in shown.before.findings] == ["low-contrast"] and shown.after.findings == ()
    assert [f.id for f in shown.before.frames] == [f.id for f in shown.after.frames]
    pairs = zip(shown.before.frames, shown.after.frames, strict=True)
    assert all(_bytes(before.path) != _bytes(after.path) for before, after in pairs)
    (edit,) = shown.edits
    assert edit.uri == style and edit.range.start.line == 1 and edit.text
    again: protocol.PreviewPayload = await client.ask(protocol.PREVIEW, protocol.FindingParams(style, mark.id))
    assert again.id == shown.id
    done: protocol.ApplyResult = await client.ask(protocol.ACCEPT, protocol.PreviewParams(shown.id))
    assert done.applied and "100" in done.message
    assert await client.diagnostics(style, 0) == ()
    gone: protocol.ApplyResult = await client.ask(protocol.ACCEPT, protocol.PreviewParams(shown.id))
    assert not gone.applied and "gone" in gone.message
    assert await client.ask(protocol.DISCARD, protocol.PreviewParams(shown.id)) is None


async def test_a_preview_of_other_texts_is_not_applied(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    mark = await client.until(
        lambda: next((m for r in client.reviews[-1:] for m in r.findings if m.fix == "verified"), None)
    )
    shown: protocol.PreviewPayload = await client.ask(protocol.PREVIEW, protocol.FindingParams(style, mark.id))
    client.change(style, "/* typed meanwhile */\n" + CSS)
    done: protocol.ApplyResult = await client.ask(protocol.ACCEPT, protocol.PreviewParams(shown.id))
    assert not done.applied and "changed meanwhile" in done.message
    assert client.edits == []


async def test_a_file_that_changed_on_the_disk_is_not_overwritten(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    mark = await client.until(
        lambda: next((m for r in client.reviews[-1:] for m in r.findings if m.fix == "verified"), None)
    )
    shown: protocol.PreviewPayload = await client.ask(protocol.PREVIEW, protocol.FindingParams(page, mark.id))
    (site / "style.css").write_text("/* from elsewhere */\n" + CSS, "utf-8")
    done: protocol.ApplyResult = await client.ask(protocol.ACCEPT, protocol.PreviewParams(shown.id))
    assert not done.applied and "changed meanwhile" in done.message


async def test_refine_tells_every_candidate(fresh: Client, site: Path) -> None:
    client = fresh
    await client.start(site, client={"reviewed": True, "images": True}, editor={"prepare": 0})
    page = client.open(site / "index.html", "html")
    await client.until(lambda: client.reviews)
    done: protocol.RefineResult = await client.ask(protocol.REFINE, protocol.RefineParams(page, apply=False), 120)
    assert not done.applied and done.preview is not None and client.edits == []
    assert done.preview.after.score == 100
    told = client.progress
    assert [one.accepted for one in done.tried] == [one.accepted for one in told]
    assert told[-1].accepted and told[-1].best == 100 and told[-1].page == page
    applied: protocol.RefineResult = await client.ask(protocol.REFINE, protocol.RefineParams(page), 120)
    assert applied.applied and applied.message.endswith("to 100.")


async def test_a_failed_request_answers_without_a_traceback(client: Client) -> None:
    with pytest.raises(JsonRpcException) as error:
        await client.raw.workspace_execute_command_async(protocol.lsp.ExecuteCommandParams("relook.review"))
    assert error.value.data is None
    assert "Traceback" not in error.value.message


async def test_a_refinement_is_cancelled(fresh: Client, site: Path) -> None:
    client = fresh
    await client.start(site, client={"reviewed": True}, editor={"prepare": 0})
    page = client.open(site / "index.html", "html")
    await client.until(lambda: client.reviews)

    def cancel(status: protocol.StatusParams) -> None:
        if status.state == "refining":
            client.raw.cancel_request(protocol.lsp.CancelParams("slow"))

    client.told = cancel
    with pytest.raises(JsonRpcException) as error:
        async with asyncio.timeout(20):
            await client.raw.protocol.send_request_async(protocol.REFINE, protocol.RefineParams(page), msg_id="slow")
    assert error.value.code == protocol.lsp.LSPErrorCodes.RequestCancelled
    await client.until(lambda: client.statuses[-1].state == "idle")
    assert client.edits == []


async def test_why_there_is_no_fix(client: Client, site: Path) -> None:
    (site / "index.html").write_text(
        (site / "index.html").read_text("utf-8").replace("</body>", "<script>oops()</script></body>")
    )
    page = client.open(site / "index.html", "html")
    await client.until(lambda: client.reviews)
    marks = {mark.rule: mark for mark in client.reviews[-1].findings}
    assert marks["uncaught-exception"].fix == "none"
    why: protocol.WhyResult = await client.ask(
        protocol.WHY, protocol.FindingParams(page, marks["uncaught-exception"].id)
    )
    assert "would have to touch scripts" in why.message
    action = await client.action(page, "why is there no verified fix")
    assert action.command is not None and action.command.command == "relook.why"


async def test_report_doctor_and_pages(client: Client, site: Path) -> None:
    page = client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    written: protocol.WrittenResult = await client.ask(protocol.REPORT, protocol.DocumentParams(page))
    report = _bytes(written.path)
    assert b"low-contrast" in report and b"data:image/" in report
    doctor: protocol.DoctorResult = await client.ask(protocol.DOCTOR)
    assert doctor.ok and any(line.startswith("capture: works") for line in doctor.lines)
    pages: protocol.PagesResult = await client.ask(protocol.PAGES, protocol.DocumentParams(style))
    assert [(one.page, one.entry) for one in pages.pages] == [(page, "index.html")]
    review: protocol.ReviewPayload = await client.ask(protocol.REVIEW, protocol.DocumentParams(style))
    assert review.page == page and len(review.findings) == 1


async def test_silencing_in_the_file_and_in_the_project(client: Client, site: Path) -> None:
    client.open(site / "index.html", "html")
    style = client.open(site / "style.css", "css")
    await client.diagnostics(style, 1)
    await client.until(lambda: client.reviews)
    (mark,) = client.reviews[-1].findings
    done: protocol.ApplyResult = await client.ask(protocol.SUPPRESS, protocol.SuppressParams(style, mark.id, "file"))
    assert done.applied
    assert client.texts[style][1] == f"/* relook-ignore-file low-contrast */\n{CSS}"
    assert await client.diagnostics(style, 0) == ()
    client.change(style, CSS)
    await client.diagnostics(style, 1)
    project = (site / "relook.toml").as_uri()
    done = await client.ask(protocol.SUPPRESS, protocol.SuppressParams(style, mark.id, "project"))
    assert done.applied and client.texts[project][1] == '[rules]\nlow-contrast = "off"\n'
    client.save(project)
    assert await client.diagnostics(style, 0) == ()
