from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

from relook_lsp.core.geometry import Rect
from relook_lsp.report import Reviewed
from relook_lsp.report.pictures import MAX_SIDE, OUTLINE, crop, view_of


def test_box_is_in_the_middle_and_outlined(broken: Reviewed) -> None:
    assert broken.snapshot is not None
    one = next(f for f in broken.report.findings if f.rule == "low-contrast" and f.box.x > 24)
    view = view_of(broken.snapshot, one)
    assert view is not None and view.frame is not None and view.id == one.view
    data = crop(broken.snapshot, one, 24)
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


def test_no_box_no_picture(broken: Reviewed) -> None:
    assert broken.snapshot is not None
    one = replace(broken.report.findings[0], box=Rect(0, 0, 0, 0))
    assert crop(broken.snapshot, one) is None


def test_large_box_is_cut(broken: Reviewed) -> None:
    assert broken.snapshot is not None
    one = next(f for f in broken.report.findings if f.view.startswith("configured:1280"))
    data = crop(broken.snapshot, replace(one, box=Rect(0, 0, 1280, 2000)))
    assert data is not None
    with Image.open(io.BytesIO(data)) as picture:
        assert max(picture.size) == MAX_SIDE


def test_box_outside_the_frame_gives_no_picture(broken: Reviewed) -> None:
    assert broken.snapshot is not None
    one = replace(broken.report.findings[0], box=Rect(90_000, 90_000, 20, 20))
    assert crop(broken.snapshot, one) is None
