"""Which pages a style sheet or script belongs to, on real folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relook_lsp.core.page import Buffer
from relook_lsp.source.page_graph import MAX_PAGES, MAX_SIZE, files_of_page, pages_using
from relook_lsp.source.url_references import ImportMap, srcset_urls, url_references_in


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


def _using(root: Path, path: str, files: dict[str, str], **kwargs: object) -> list[str]:
    _write(root, files)
    return pages_using(root, path, {}, 10, **kwargs)[0]  # type: ignore[arg-type]


MAP = json.dumps({"imports": {"app": "./js/a.js", "lib/": "./js/lib/"}, "scopes": {"/js/lib/": {"dep": "/js/b.js"}}})

REACHED = {
    "link": ({"i.html": "<link rel=stylesheet href=css/a.css>"}, "css/a.css"),
    "link in upper case, quoted, with a query": ({"i.html": '<LINK REL="StyleSheet" HREF="css/a.css?v=1#x">'}, "css/a.css"),
    "alternate": ({"i.html": '<link rel="alternate stylesheet" href="a.css">'}, "a.css"),
    "character reference": ({"i.html": "<link rel=stylesheet href='a&amp;b.css'>"}, "a&b.css"),
    "percent": ({"i.html": "<link rel=stylesheet href='my%20a.css'>"}, "my a.css"),
    "unquoted space around": ({"i.html": "<link rel=stylesheet href=' a.css '>"}, "a.css"),
    "style import": ({"i.html": "<style>@import 'a.css';</style>"}, "a.css"),
    "style import url": ({"i.html": "<style>@import url( a.css ) layer(x);</style>"}, "a.css"),
    "nested import": (
        {"i.html": "<link rel=stylesheet href=css/b.css>", "css/b.css": '@import url("sub/c.css");', "css/sub/c.css": "@import '../a.css';"},
        "css/a.css",
    ),
    "circular import": (
        {"i.html": "<link rel=stylesheet href=b.css>", "b.css": "@import 'c.css';@import 'a.css';", "c.css": "@import 'b.css';"},
        "a.css",
    ),
    "script": ({"i.html": "<script src=a.js></script>"}, "a.js"),
    "module": ({"i.html": "<script type=module src=b.js></script>", "b.js": "import {x} from './a.js'"}, "a.js"),
    "inline module": ({"i.html": "<script type=module>import './a.js'</script>"}, "a.js"),
    "import over lines": ({"i.html": "<script type=module>import {\n x,\n y as z,\n} from\n './a.js'</script>"}, "a.js"),
    "import all": ({"i.html": "<script type=module>import * as x from './a.js'</script>"}, "a.js"),
    "minified import": ({"i.html": "<script type=module>import{x}from'./a.js';</script>"}, "a.js"),
    "default and named": ({"i.html": "<script type=module>import d, {x} from './a.js'</script>"}, "a.js"),
    "export from": ({"i.html": "<script type=module src=b.js></script>", "b.js": "export * from './a.js'"}, "a.js"),
    "dynamic import": ({"i.html": "<script>import('./a.js').then(x => x)</script>"}, "a.js"),
    "dynamic import in a template literal": ({"i.html": "<script>await import(`./a.js`)</script>"}, "a.js"),
    "css module": ({"i.html": "<script type=module>import s from './a.css' with {type: 'css'}</script>"}, "a.css"),
    "preload": ({"i.html": "<link rel=modulepreload href=a.js>"}, "a.js"),
    "import map": (
        {"i.html": f"<script type=importmap>{MAP}</script><script type=module>import 'app'</script>"}, "js/a.js"),
    "import map by prefix": (
        {"i.html": f"<script type=importmap>{MAP}</script><script type=module>import 'lib/x.js'</script>"}, "js/lib/x.js"),
    "import map by scope": (
        {"i.html": f"<script type=importmap>{MAP}</script><script type=module src=js/lib/x.js></script>", "js/lib/x.js": "import 'dep'"},
        "js/b.js",
    ),
    "absolute": ({"sub/i.html": "<link rel=stylesheet href=/css/a.css>"}, "css/a.css"),
    "parent folder": ({"sub/i.html": "<link rel=stylesheet href=../css/a.css>"}, "css/a.css"),
    "base": ({"sub/i.html": "<base href=/css/><link rel=stylesheet href=a.css>"}, "css/a.css"),
    "htm": ({"i.HTM": "<link rel=stylesheet href=a.css>"}, "a.css"),
    "noscript": ({"i.html": "<link rel=stylesheet href=a.css><noscript></noscript>"}, "a.css"),
    "template": ({"i.html": "<template><link rel=stylesheet href=a.css></template>"}, "a.css"),
    "declarative shadow root": ({"i.html": "<div><template shadowrootmode=open><link rel=stylesheet href=a.css></template></div>"}, "a.css"),
}  # fmt: skip

UNREACHED = {
    "html comment": ({"i.html": "<!-- <link rel=stylesheet href=a.css> -->"}, "a.css"),
    "css comment": ({"i.html": "<style>/* @import 'a.css'; */</style>"}, "a.css"),
    "js comment": ({"i.html": "<script type=module>// import './a.js'\n/* import './a.js' */</script>"}, "a.js"),
    "text": ({"i.html": "<textarea><link rel=stylesheet href=a.css></textarea>"}, "a.css"),
    "other rel": ({"i.html": "<link rel=icon href=a.css>"}, "a.css"),
    "data block": ({"i.html": "<script type=application/json>import './a.js'</script>"}, "a.js"),
    "bare name without a map": ({"i.html": "<script type=module>import 'a.js'</script>"}, "a.js"),
    "other origin": ({"i.html": "<link rel=stylesheet href=https://x.example/a.css>"}, "a.css"),
    "same name in another folder": ({"i.html": "<link rel=stylesheet href=b/a.css>", "b/a.css": ""}, "a.css"),
    "property named import": ({"i.html": "<script>x.import('./a.js')</script>"}, "a.js"),
    "dependency folder": ({"node_modules/m/i.html": "<link rel=stylesheet href=/a.css>"}, "a.css"),
    "dot folder": ({".cache/i.html": "<link rel=stylesheet href=/a.css>"}, "a.css"),
}


@pytest.mark.parametrize("case", REACHED)
def test_reached(tmp_path: Path, case: str) -> None:
    files, path = REACHED[case]
    page = next(iter(files))
    assert _using(tmp_path, path, {path: "", **files}) == [page]


@pytest.mark.parametrize("case", UNREACHED)
def test_unreached(tmp_path: Path, case: str) -> None:
    files, path = UNREACHED[case]
    assert _using(tmp_path, path, {path: "", **files}) == []


def test_site_folder_gives_the_meaning_of_an_absolute_url(tmp_path: Path) -> None:
    files = {"public/css/a.css": "", "i.html": "<link rel=stylesheet href=/css/a.css>"}
    assert _using(tmp_path, "public/css/a.css", files) == []
    assert _using(tmp_path, "public/css/a.css", {}, sites=("public",)) == ["i.html"]


def test_absolute_url_starts_from_any_folder_above_the_page(tmp_path: Path) -> None:
    page = "apps/shop/pages/i.html"
    files = {"apps/shop/css/a.css": "", "apps/shop/public/b.css": "@import '/css/c.css';", "apps/shop/css/c.css": ""}
    files[page] = "<link rel=stylesheet href=/css/a.css><link rel=stylesheet href=/b.css>"
    assert _using(tmp_path, "apps/shop/css/a.css", files) == [page]
    assert _using(tmp_path, "apps/shop/public/b.css", {}, sites=("public",)) == [page]
    assert _using(tmp_path, "apps/shop/css/c.css", {}, sites=("public",)) == [page]
    assert _using(tmp_path, "apps/css/a.css", {"apps/css/a.css": ""}) == [page], "the outermost comes first"


def test_root_comes_before_the_site_folder(tmp_path: Path) -> None:
    files = {"public/a.css": "", "a.css": "", "public/i.html": "<link rel=stylesheet href=/a.css>"}
    assert _using(tmp_path, "a.css", files, sites=("public",)) == ["public/i.html"]
    assert _using(tmp_path, "public/a.css", {}, sites=("public",)) == []


def test_nearest_first_bounded_and_counted(tmp_path: Path) -> None:
    link = "<link rel=stylesheet href=/a/css/s.css>"
    pages = ["a/css/z.html", "a/i.html", "a/b/i.html", "i.html", "b/c/i.html"]
    _write(tmp_path, {"a/css/s.css": "", **dict.fromkeys(pages, link), "other.html": ""})
    assert pages_using(tmp_path, "a/css/s.css", {}, 10) == (
        ["a/css/z.html", "a/i.html", "a/b/i.html", "i.html", "b/c/i.html"], 0)  # fmt: skip
    assert pages_using(tmp_path, "a/css/s.css", {}, 2) == (["a/css/z.html", "a/i.html"], 3)


def test_buffers_count_as_they_are_in_the_editor(tmp_path: Path) -> None:
    _write(tmp_path, {"s.css": "", "i.html": "<link rel=stylesheet href=s.css>", "j.html": ""})
    overlays = {
        "i.html": Buffer("i.html", "<p>no link any more</p>", 2),
        "j.html": Buffer("j.html", "<link rel=stylesheet href=s.css>", 2),
        "new/k.html": Buffer("new/k.html", "<link rel=stylesheet href=../s.css>", 1),
    }
    assert pages_using(tmp_path, "s.css", overlays, 10) == (["j.html", "new/k.html"], 0)


def test_a_sheet_that_exists_only_in_the_editor(tmp_path: Path) -> None:
    _write(tmp_path, {"i.html": "<link rel=stylesheet href=s.css>"})
    assert pages_using(tmp_path, "s.css", {}, 10) == ([], 0)
    assert pages_using(tmp_path, "s.css", {"s.css": Buffer("s.css", "", 1)}, 10) == (["i.html"], 0)


def test_never_leaves_the_root(tmp_path: Path) -> None:
    root = tmp_path / "root"
    _write(
        tmp_path,
        {
            "s.css": "",
            "out.html": "<link rel=stylesheet href=root/s.css>",
            "far/i.html": "<link rel=stylesheet href=/s.css>",
        },
    )
    _write(root, {"s.css": "", "i.html": "<link rel=stylesheet href=../../s.css>"})
    (root / "link.html").symlink_to(tmp_path / "out.html")
    (root / "linked").symlink_to(tmp_path / "far")
    # A URL cannot climb above the origin: ../../s.css is /s.css.
    assert pages_using(root, "s.css", {}, 10) == (["i.html"], 0)


def test_generated_pages_are_not_searched(tmp_path: Path) -> None:
    big = "<link rel=stylesheet href=s.css>" + "x" * MAX_SIZE
    assert _using(tmp_path, "s.css", {"s.css": "", "big.html": big}) == []


def test_number_of_pages_is_bounded(tmp_path: Path) -> None:
    for folder in range(20):
        _write(tmp_path, {f"dist/{folder:02}/{n}.html": "<p>" for n in range(MAX_PAGES // 20 + 5)})
    _write(tmp_path, {"s.css": "", "i.html": "<link rel=stylesheet href=s.css>"})
    assert pages_using(tmp_path, "s.css", {}, 10) == (["i.html"], 0)


def test_references_of_a_page(tmp_path: Path) -> None:
    _write(tmp_path, {
        "p/i.html": "<link rel=stylesheet href=../c/a.css><script type=module src=/j/m.js></script><img src=x.png"
        " srcset='x2.png 2x, x3.png 3x'><p style='background: url(&quot;bg.png&quot;)'><style>p{background:url(st.png)}</style>"
        "<img src=missing.png><a href=other.html>",
        "c/a.css": "@import 'b.css'; p { background: url(../i.png) }", "c/b.css": "@font-face { src: url('f.woff2') }",
        "j/m.js": "import './n.js'", "j/n.js": "", "p/x.png": "", "p/x2.png": "", "p/x3.png": "", "p/bg.png": "", "p/st.png": "",
        "i.png": "", "c/f.woff2": "", "p/other.html": "",
    })  # fmt: skip
    assert files_of_page(tmp_path, "p/i.html", {}) == (
        "c/a.css", "c/b.css", "c/f.woff2", "i.png", "j/m.js", "j/n.js",
        "p/bg.png", "p/st.png", "p/x.png", "p/x2.png", "p/x3.png",
    )  # fmt: skip


def test_missing_page_and_broken_import_map(tmp_path: Path) -> None:
    assert files_of_page(tmp_path, "no.html", {}) == ()
    _write(tmp_path, {"i.html": "<script type=importmap>{oops</script><script type=importmap>[1]</script>"})
    assert files_of_page(tmp_path, "i.html", {}) == ()


@pytest.mark.parametrize(
    ("srcset", "urls"),
    [
        ("a.png", ["a.png"]),
        ("a.png 1x, b.png 2x", ["a.png", "b.png"]),
        ("a.png,b.png", ["a.png,b.png"]),
        ("a.png, b.png", ["a.png", "b.png"]),
        ("data:image/png;base64,AAA= 1x, b.png 2x", ["data:image/png;base64,AAA=", "b.png"]),
        ("\n  a.png 100w,\n  b.png 200w\n", ["a.png", "b.png"]),
        ("", []),
    ],
)
def test_candidates(srcset: str, urls: list[str]) -> None:
    assert srcset_urls(srcset) == urls


def test_import_map_prefers_the_longest_key() -> None:
    table = ImportMap({"a/": "http://x/one/", "a/b/": "http://x/two/"})
    assert table.resolve("a/b/c.js", "http://x/") == "http://x/two/c.js"
    assert table.resolve("a/c.js", "http://x/") == "http://x/one/c.js"
    assert table.resolve("c.js", "http://x/") is None


def test_names_of_a_script_without_imports() -> None:
    assert url_references_in("const x = 'no module'", ".js", "http://x/a.js").modules == ()


def test_comment_signs_in_strings_hide_no_url() -> None:
    sheet = """p { content: "/*"; background: url(a.png); quotes: '*/' "" } q { background: url(b/*c) } /* url(d.png) */ r { background: url("e/*f") }"""
    assert url_references_in(sheet, ".css", "http://x.invalid/a.css").other == ("a.png", "b/*c", "e/*f")
