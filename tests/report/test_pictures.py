from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

from relook_lsp.core.geometry import Rect
from relook_lsp.report import PageReview
from relook_lsp.report.finding_crops import MAX_SIDE, OUTLINE, crop_finding, view_of_finding


def test_box_is_in_the_middle_and_outlined(broken: PageReview) -> None:
    assert broken.snapshot is not None
    one = next(f for f in broken.report.findings if f.rule == "low-contrast" and f.box.x > 24)
    view = view_of_finding(broken.snapshot, one)
    assert view is not None and view.frame is not None and view.id == one.view
    data = crop_finding(broken.snapshot, one, 24)
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture, Image.open(io.BytesIO(view.frame.png)) as frame:
        x, y = int(one.box.x), int(one.box.y)
        width, height = int(one.box.right) - x, int(one.box.bottom) - y
        assert picture.format == "PNG"
        right, bottom = min(frame.width, x + width + 24), min(frame.height, y + height + 24)
        assert picture.size == (right - x + 24, bottom - y + 24)
        assert picture.getpixel((23, 23 + height // 2)) == OUTLINE
        # Inside the outline the page is as it was.
        inside = picture.crop((24, 24, 24 + width, 24 + height))
        assert inside.tobytes() == frame.convert("RGB").crop((x, y, x + width, y + height)).tobytes()


def test_no_box_no_picture(broken: PageReview) -> None:
    assert broken.snapshot is not None
    one = replace(broken.report.findings[0], box=Rect(0, 0, 0, 0))
    assert crop_finding(broken.snapshot, one) is None


def test_large_box_is_cut(broken: PageReview) -> None:
    assert broken.snapshot is not None
    one = next(f for f in broken.report.findings if f.view.startswith("configured:1280"))
    data = crop_finding(broken.snapshot, replace(one, box=Rect(0, 0, 1280, 2000)))
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture:
        assert max(picture.size) == MAX_SIDE


def test_box_outside_the_frame_gives_no_picture(broken: PageReview) -> None:
    assert broken.snapshot is not None
    one = replace(broken.report.findings[0], box=Rect(90_000, 90_000, 20, 20))
    assert crop_finding(broken.snapshot, one) is None
