"""Edits leave everything else as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from relook_lsp.core.patch import Patch, PatchError, Replacement
from relook_lsp.core.text import Span

letters = st.text("ab\n😀", max_size=30)
news = st.text("abX\n", max_size=4)


@st.composite
def patched(draw: st.DrawFn, text: str | None = None, path: str = "a.css") -> tuple[str, Patch]:
    """A text and disjoint edits of it, insertions too; some touch each other."""
    text = draw(letters) if text is None else text
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    edits = [Replacement(path, Span(a, b), text[a:b], draw(news)) for a, b in pairs]
    try:
        return text, Patch.from_replacements(edits)
    except PatchError:
        reject()


def _slow(text: str, patch: Patch) -> str:
    for replacement in reversed(patch.replacements_in("a.css")):
        start, end = replacement.span
        text = text[:start] + replacement.new + text[end:]
    return text


@given(patched())
def test_apply(case: tuple[str, Patch]) -> None:
    text, patch = case
    assert patch.apply("a.css", text) == _slow(text, patch)
    assert patch.apply("b.css", text) == text


@given(patched())
def test_untouched_text_is_the_same(case: tuple[str, Patch]) -> None:
    text, patch = case
    after = patch.apply("a.css", text)
    for offset, character in enumerate(text):
        mapped = patch.map_offset("a.css", offset)
        if mapped is None:
            assert any(offset in r.span for r in patch.replacements)
        else:
            assert after[mapped] == character
        assert patch.map_offset("b.css", offset) == offset


@given(patched())
def test_mapped_offsets_keep_their_order(case: tuple[str, Patch]) -> None:
    text, patch = case
    mapped = [m for offset in range(len(text)) if (m := patch.map_offset("a.css", offset)) is not None]
    assert mapped == sorted(set(mapped))


@given(patched(), st.data())
def test_leaving_one_out(case: tuple[str, Patch], data: st.DataObject) -> None:
    text, patch = case
    if not patch.replacements:
        return
    index = data.draw(st.integers(0, len(patch.replacements) - 1))
    less = patch.without_replacement(index)
    assert len(less.replacements) == len(patch.replacements) - 1
    assert less.apply("a.css", text) == _slow(
        text, Patch(tuple(r for i, r in enumerate(patch.replacements) if i != index))
    )


@given(st.data())
def test_one_patch_for_two(data: st.DataObject) -> None:
    text, first = data.draw(patched())
    middle = first.apply("a.css", text)
    _, second = data.draw(patched(text=middle))
    both = first.compose(second, {"a.css": text})
    assert both.apply("a.css", text) == second.apply("a.css", middle)
    for offset in range(len(text)):
        kept = first.map_offset("a.css", offset)
        kept = None if kept is None else second.map_offset("a.css", kept)
        whole = both.map_offset("a.css", offset)
        # Trimming may find more characters to have stayed; what both steps keep stays where it was.
        assert kept is None or whole is None or text[offset] == second.apply("a.css", middle)[whole]


@given(st.data())
def test_one_patch_for_two_files(data: st.DataObject) -> None:
    one, first = data.draw(patched())
    other, second = data.draw(patched(path="b.css"))
    both = first.compose(second, {"a.css": one, "b.css": other})
    assert both.apply("a.css", one) == first.apply("a.css", one)
    assert both.apply("b.css", other) == second.apply("b.css", other)


@given(letters, letters, st.integers(0, 9))
def test_trimming_changes_no_effect(old: str, new: str, start: int) -> None:
    text = "#" * start + old + "#"
    whole = Replacement("a.css", Span(start, start + len(old)), old, new)
    small = whole.without_common_ends()
    assert text[small.span.start : small.span.end] == small.old
    assert Patch((small,)).apply("a.css", text) == Patch((whole,)).apply("a.css", text)
    assert not small.old or not small.new or (small.old[0] != small.new[0] and small.old[-1] != small.new[-1])


def test_edits_are_sorted_and_idle_ones_dropped() -> None:
    late = Replacement("a.css", Span(4, 5), "e", "E")
    early = Replacement("a.css", Span(0, 1), "a", "A")
    idle = Replacement("a.css", Span(2, 3), "c", "c")
    patch = Patch.from_replacements([late, idle, early, early], "title")
    assert patch.replacements == (early, late) and patch.character_count == 4 and patch.title == "title"
    assert patch.paths == ("a.css",) and patch.replacements_in("b.css") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [(Span(0, 3), Span(2, 4)), (Span(1, 1), Span(1, 1)), (Span(0, 4), Span(1, 2)), (Span(1, 1), Span(1, 2))],
)
def test_overlap_is_refused(one: Span, other: Span) -> None:
    text = "abcdef"
    edits = [Replacement("a.css", s, text[slice(*s)], new) for s, new in ((one, "XX"), (other, "Y"))]
    with pytest.raises(PatchError):
        Patch.from_replacements(edits)


def test_same_spans_of_two_files_do_not_overlap() -> None:
    patch = Patch.from_replacements(Replacement(path, Span(0, 1), "a", "b") for path in ("a.css", "b.css"))
    assert patch.paths == ("a.css", "b.css")


@pytest.mark.parametrize("text", ["", "ab", "aXc", "aBcd"])
def test_another_text_is_refused(text: str) -> None:
    patch = Patch.from_replacements([Replacement("a.css", Span(1, 3), "bc", "")])
    with pytest.raises(PatchError):
        patch.apply("a.css", text)
