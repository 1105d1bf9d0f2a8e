"""Defects put into a clean page: seen by the critics as what they are, and taken back to the last byte."""

from __future__ import annotations

import json
from random import Random

import pytest
import pytest_asyncio

from model_server.training.defects.confirm import confirm_defects
from model_server.training.defects.inject import (
    Defect,
    DefectCandidate,
    draw_candidates,
    group_defects,
    invert_patch,
    join_patches,
    needed_styles,
    widest_view,
    write_defects,
    write_markup_defects,
)
from model_server.training.defects.kinds import HELD_OUT, KINDS
from model_server.training.defects.markup import MARKUP
from model_server.training.examples import decode_example
from model_server.training.generate_examples import Recipe, Tally, generate_examples, select_kinds
from model_server.training.live_trial import GEOMETRY_RULES, may_add_findings, review_in_live_page
from model_server.training.screening import SCREENING
from model_server.training.sources import PageSample
from relook_lsp.browser.driver import Driver
from relook_lsp.core.page import Page
from relook_lsp.critics.registry import BY_ID
from relook_lsp.refine.search import clean_renderer
from relook_lsp.refine.trajectory import PageState, texts_of
from relook_lsp.review.pipeline import Review, ReviewSettings, review_and_keep_open

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orchard</title>
<style>
:root { --ink: #222222 }
body { margin: 16px; font: 16px/1.5 sans-serif; color: var(--ink); background: #fff }
.card { padding: 12px; margin-bottom: 24px; max-width: 640px }
.card p { margin: 0 0 12px }
.row { display: flex; flex-wrap: wrap; gap: 8px }
.row a { padding: 8px 12px; background: #eee; color: #003a8c }
</style>
<h1>Apples of the valley</h1>
<div class="card"><p>The orchard keeps forty kinds of apples, and most of them have been grown here for longer than
anyone remembers. They ripen from July to November.</p></div>
<div class="card"><p class="note">In autumn the presses run from early morning until late at night, and the whole
village smells of juice and wood smoke.</p></div>
<div class="row"><a href="#one">First press</a><a href="#two">Second press</a><a href="#three">Third press</a></div>
</html>
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def clean(driver: Driver, tmp_path_factory: pytest.TempPathFactory) -> PageState:
    """The page with the declarations of all its elements."""
    root = tmp_path_factory.mktemp("orchard")
    (root / "index.html").write_text(PAGE, "utf-8")
    page = Page(root, "index.html")
    live, review = await review_and_keep_open(driver, page, ReviewSettings())
    assert review.snapshot is not None
    every = [DefectCandidate(KINDS[0], node) for node in widest_view(review.snapshot).layout.elements]
    snapshot = await live.collect_styles(needed_styles(review.snapshot, every))
    await live.close()
    assert not [finding for finding in review.report.findings if finding.cost]
    return PageState(page, Review(review.report, snapshot))


def named(state: PageState, kind: str, place: str, text: str) -> Defect:
    """The defect of this kind at this place, on the element that begins with ``text``."""
    assert state.review.snapshot is not None
    snapshot = state.review.snapshot
    layout = widest_view(snapshot).layout
    node = next(n for n in layout.elements if PAGE[layout.source_offset(n) or 0 :].startswith(text))
    chosen = next(k for k in KINDS if k.name == kind)
    one = DefectCandidate(
        type(chosen)(chosen.name, chosen.rules, chosen.where, chosen.values, (place,)),
        node,
    )
    return next(write_defects(state, [one], Random(1)))


def test_the_table_is_large_and_names_real_rules() -> None:
    names = [kind.name for kind in KINDS] + [name for name, _, _ in MARKUP]
    assert len(set(names)) == len(names) >= 25
    assert len(HELD_OUT) >= 4 and set(names) >= HELD_OUT
    for kind in KINDS:
        assert kind.rules & set(BY_ID), kind.name


def test_the_same_seed_gives_the_same_defects(clean: PageState) -> None:
    assert clean.review.snapshot is not None
    one, other = (draw_candidates(clean.review.snapshot, Random(3), 20) for _ in range(2))
    assert one == other and len(one) > 5
    assert list(write_defects(clean, one, Random(4))) == list(write_defects(clean, other, Random(4)))


def test_the_inverse_restores_every_byte(clean: PageState) -> None:
    assert clean.review.snapshot is not None
    chosen = draw_candidates(clean.review.snapshot, Random(5), 40)
    found = [*write_defects(clean, chosen, Random(5)), *write_markup_defects(clean.review.snapshot)]
    groups = group_defects(found, widest_view(clean.review.snapshot).layout, Random(5))
    assert sum(map(len, groups)) == len(found) > 10
    for group in groups:
        patch = join_patches(group)
        assert patch is not None
        for path, text in texts_of(clean).items():
            broken = patch.apply(path, text)
            assert invert_patch(patch).apply(path, broken) == text
            for defect in group:
                rest = join_patches([other for other in group if other is not defect])
                kept = text if rest is None else rest.apply(path, text)
                assert invert_patch(patch, defect.patch).apply(path, broken) == kept


CASES = (
    ("fixed-width", "declared", '<div class="card">', {"page-scrolls-sideways", "leaves-viewport", "leaves-container"}),
    ("pale-text", "variable", '<p class="note">', {"low-contrast"}),
    ("tiny-text", "inline", '<p class="note">', {"text-too-small"}),
    ("no-outline", "declared", '<a href="#one">', {"no-visible-focus"}),
)


@pytest.mark.parametrize(("kind", "place", "element", "rules"), CASES)
async def test_a_defect_is_found_as_what_it_is(
    driver: Driver, clean: PageState, kind: str, place: str, element: str, rules: set[str]
) -> None:
    defect = named(clean, kind, place, element)
    texts = texts_of(clean)
    page = clean.page.with_texts({path: defect.patch.apply(path, texts[path]) for path in defect.patch.paths})
    broken = PageState(page, await clean_renderer(driver, ReviewSettings())(page))
    found = confirm_defects(clean, broken, defect.patch, [defect])
    assert [one.findings[0].rule for one in found] and found[0].findings[0].rule in rules


async def test_what_boxes_do_not_suspect_a_picture_does_not_show(driver: Driver, clean: PageState) -> None:
    base = clean.review.snapshot
    assert base is not None
    told = [kind for kind in KINDS if kind.rules <= GEOMETRY_RULES]
    chosen = [one for one in draw_candidates(base, Random(8), 40, told) if "range" not in one.kind.places][:12]
    live, first = await review_and_keep_open(driver, clean.page, SCREENING)
    clear = 0
    try:
        assert first.snapshot is not None
        views = [min(first.snapshot.settled_views, key=lambda view: view.viewport.width)]
        for defect in write_defects(clean, chosen, Random(8)):
            asked = (live, first.snapshot, defect.patch, SCREENING.options, views, defect.rules)
            if not await may_add_findings(*asked):
                clear += 1
                seen = await review_in_live_page(*asked)
                assert seen is not None and not seen.report.findings, defect
    finally:
        await live.close()
    assert 0 < clear < len(chosen)


async def test_examples_of_a_page_come_back_as_tasks_whose_answers_apply(clean: PageState, driver: Driver) -> None:
    """What is written for training: every group confirmed by a clean load, with the source that large policies read."""
    sample, tally = PageSample("orchard", clean.page, "00" * 32), Tally()
    records = await generate_examples(driver, sample, 0, select_kinds("train"), Recipe(12, 1.0, True), tally)
    assert len(records) == tally.counts["examples"] >= 3
    assert sum(record["full"] for record in records) == tally.counts["confirmed"] >= len(records) // 2
    for record in records:
        stored = json.loads(json.dumps(record))
        example = decode_example(stored)
        assert example.split == "held-out" and example.kind not in HELD_OUT and example.operations
        assert example.observation.source.strip()
        text = (example.page.root / example.page.entry).read_text("utf-8")
        broken = example.joint.apply(example.page.entry, text)
        assert broken != text
