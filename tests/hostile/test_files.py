"""Nothing outside the root, no dotfile, and no file behind a link that leads out is ever served."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from relook_lsp.browser.driver import Driver
from relook_lsp.browser.resource_access import resolve_url
from relook_lsp.core.page import Page
from relook_lsp.review.pipeline import ReviewSettings, review_page
from tests.hostile.conftest import HEAD, PLAN, seen, text_of

pytestmark = [pytest.mark.hostile, pytest.mark.timeout(300)]

SECRET = "swordfish"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    (root / "img").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "site-two").mkdir()
    (tmp_path / "site-two" / "secret.txt").write_text(SECRET)
    for name in (".env", ".git/config", "img/.htpasswd"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(SECRET)
    (root / "out.txt").symlink_to(tmp_path / "secret.txt")
    (root / "up").symlink_to(tmp_path)
    (root / "hidden.txt").symlink_to(root / ".env")
    (root / "circle").symlink_to(root / "circle")
    os.mkfifo(root / "pipe.txt")
    (root / "fine.txt").write_text("fine")
    return root


def _ways(tmp_path: Path) -> list[str]:
    return [
        "../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "img/../../secret.txt", "..\\secret.txt",
        "..%5csecret.txt", "....//secret.txt", "/../secret.txt", "//../secret.txt", "img/..%2f..%2fsecret.txt", "../site-two/secret.txt",
        "%252e%252e/secret.txt", ".env", "%2eenv", "./.env", "img/../.env", ".git/config", ".git%2fconfig", "img/.htpasswd", "img/%2ehtpasswd",
        "out.txt", "up/secret.txt", "up/site-two/secret.txt", "hidden.txt", "circle", "circle/x", "pipe.txt", "/dev/zero", "/proc/self/environ",
        "fine.txt%00.png", "fine.txt/../../secret.txt", f"/{tmp_path}/secret.txt", f"{tmp_path}/secret.txt", "x" * 5000, "/" * 3000, "a/" * 3000,
        f"file://{tmp_path}/secret.txt", "file:///etc/passwd", "filesystem:http://relook.localhost/temporary/x", "view-source:fine.txt",
        "chrome://version", "http://relook.localhost:80/../secret.txt", "http://relook.localhost.:80/out.txt", "http://relook.localhost@evil.test/x",
    ]  # fmt: skip


@pytest.mark.parametrize("prefix", ["http://relook.localhost/", "http://relook.localhost/sub/"])
def test_no_address_leads_out(prefix: str, root: Path, tmp_path: Path) -> None:
    page = Page(root, "index.html", sites=("img", "..", "up"))
    for way in _ways(tmp_path):
        outcome, path = resolve_url(page, way if ":" in way else prefix + way)
        assert path is None or SECRET not in (root / path).read_text(), way
        assert outcome in ("missing", "refused", "ok")
    assert resolve_url(page, "http://relook.localhost/fine.txt") == ("ok", "fine.txt")


@pytest.mark.browser
async def test_a_page_reads_nothing_it_should_not(root: Path, tmp_path: Path, driver: Driver) -> None:
    ways = "\n".join(_ways(tmp_path))
    (root / "ways.txt").write_text(ways)
    (root / "index.html").write_text(f"""{HEAD}<body><h1>Harbour</h1><p id=p>0</p><script>
    (async () => {{
      const ways = (await (await fetch('ways.txt')).text()).split('\\n');
      let read = 0, got = [];
      for (const way of ways) {{
        for (const url of [way, 'http://relook.localhost/' + way]) {{
          try {{ const text = await (await fetch(url)).text(); if (text.includes('{SECRET[:5]}' + '{SECRET[5:]}') || text.includes('root:')) got.push(way) }} catch {{}}
        }}
        const frame = document.createElement('iframe'); frame.src = way; document.body.append(frame);
        read += 1;
      }}
      p.textContent = 'tried ' + read + ' got ' + got.join(' ');
    }})();
    </script>""")
    result = await review_page(driver, Page(root, "index.html"), ReviewSettings(PLAN))
    assert f"tried {len(_ways(tmp_path))} got" in text_of(result)
    assert SECRET not in text_of(result)
    assert not [source.url for source in seen(result).sources.values() if SECRET in source.text]


@pytest.mark.browser
@pytest.mark.parametrize(
    "entry",
    [".env", "../secret.txt", "out.txt", "hidden.txt", "circle", "pipe.txt", "img", "nothing.html", "\0", "x" * 5000],
)
async def test_what_may_not_be_read_is_no_page(entry: str, root: Path, driver: Driver) -> None:
    result = await review_page(driver, Page(root, entry), ReviewSettings(PLAN))
    assert [problem.kind for problem in result.report.problems] == ["page-not-found"]
    assert not result.report.reviewed and not result.report.findings
    assert SECRET not in repr(result.report)


@pytest.mark.browser
async def test_a_file_that_may_not_be_opened(root: Path, driver: Driver) -> None:
    (root / "index.html").write_text(f"{HEAD}<link rel=stylesheet href=a.css><h1>Harbour</h1>")
    (root / "a.css").mkdir()
    result = await review_page(driver, Page(root, "index.html"), ReviewSettings(PLAN))
    assert [finding.rule for finding in result.report.findings] == ["failed-resource"]
