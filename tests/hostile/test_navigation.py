"""Pages that do not stay where they are."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import HEAD, Reviewer, rules, seen, text_of

pytestmark = [pytest.mark.browser, pytest.mark.hostile, pytest.mark.timeout(300)]

AWAY = {
    "refresh to itself": "<meta http-equiv=refresh content=0>",
    "refresh to another page": "<meta http-equiv=refresh content='0;url=other.html'>",
    "refresh to elsewhere": "<meta http-equiv=refresh content='0;url=https://example.com/'>",
    "refresh to a file": "<meta http-equiv=refresh content='0;url=file:///etc/passwd'>",
    "location to itself": "<script>location = location.href + '?' + Math.random()</script>",
    "reload": "<script>location.reload()</script>",
    "reload in a timer": "<script>setTimeout(() => location.reload(), 500)</script>",
    "location to another page": "<script>location.replace('other.html')</script>",
    "location to elsewhere": "<script>location = 'https://example.com/'</script>",
    "location to the browser": "<script>location = 'chrome://crash'</script>",
    "location to a script": "<script>location = 'javascript:document.body.innerHTML=1'</script>",
    "location to data": "<script>location = 'data:text/html,gone'</script>",
    "a submitted form": "<form action=other.html><input name=a></form><script>document.forms[0].submit()</script>",
    "a requested submit": "<h1>Harbour</h1><form action=other.html><button>b</button></form><script>document.forms[0].requestSubmit(); document.querySelector('button').click()</script>",
    "a clicked link": "<a href=other.html>go</a><script>document.querySelector('a').click()</script>",
    "back and forward": "<script>history.back(); history.go(-2); history.forward()</script>",
    "a fragment": "<script>let i = 0; setInterval(() => { location.hash = i++ }, 5)</script>",
    "the frame above": "<iframe srcdoc=\"<script>top.location='other.html'</script>\"></iframe>",
    "navigation api": "<script>globalThis.navigation?.navigate('other.html')</script>",
}


@pytest.mark.parametrize("name", AWAY)
async def test_what_the_page_showed_first_is_judged(name: str, reviewed: Reviewer) -> None:
    result = await reviewed(f"{HEAD}{AWAY[name]}<body><h1>Harbour</h1>", **{"other.html": f"{HEAD}<h1>Elsewhere</h1>"})
    assert not result.report.problems
    assert "blank-render" not in rules(result)
    if name != "location to a script":
        assert "Harbour" in text_of(result)
    assert "Elsewhere" not in text_of(result)


async def test_a_router_that_takes_navigations_over_works(reviewed: Reviewer) -> None:
    script = """navigation.addEventListener('navigate', e => e.intercept({handler: async () => { p.textContent = 'routed to ' + e.destination.url }}));
    location.href = '/sub/page'"""
    result = await reviewed(f"{HEAD}<body><h1>Harbour</h1><p id=p></p><script>{script}</script>")
    assert "routed to http://relook.localhost/sub/page" in text_of(result)
    assert not result.report.findings


async def test_a_page_in_itself(reviewed: Reviewer) -> None:
    result = await reviewed(f"{HEAD}<h1>Harbour</h1><iframe src=index.html></iframe><iframe src=?2></iframe>")
    assert not result.report.problems
    assert "Harbour" in text_of(result)


@pytest.mark.parametrize("source", ["", "index.html", "http://127.0.0.1:9/"])
async def test_a_fenced_frame_does_not_stop_the_page(source: str, reviewed: Reviewer) -> None:
    result = await reviewed(f"{HEAD}<body><h1>Harbour</h1><fencedframe src='{source}'></fencedframe>")
    assert not result.report.problems
    assert "Harbour" in text_of(result)


async def test_frames_within_frames(reviewed: Reviewer) -> None:
    script = "for (let i = 0; i < 30; i++) { const f = document.createElement('iframe'); f.src = 'b.html?' + Math.random(); document.body.append(f) }"
    files = {"b.html": f"{HEAD}<body>b<script>if (Math.random() < 0.5) {{ {script} }}</script>"}
    result = await reviewed(f"{HEAD}<body><h1>Harbour</h1><script>{script}</script>", seconds=120, **files)
    assert result.report.valid or result.report.problems[0].kind == "timeout"


async def test_a_service_worker_is_not_installed(reviewed: Reviewer) -> None:
    script = """navigator.serviceWorker?.register('sw.js').then((r) => p.textContent = r.scope);
    setInterval(async () => { p.textContent = 'installed ' + (await navigator.serviceWorker.getRegistrations()).length }, 500)"""
    markup = f"{HEAD}<h1>Harbour</h1><p id=p>waiting</p><script>{script}</script>"
    files = {"sw.js": "self.addEventListener('fetch', e => e.respondWith(new Response('mine')))"}
    result = await reviewed(markup, **files)
    assert "installed 0" in text_of(result)
    assert not result.report.findings
    again = await reviewed(f"{HEAD}<h1>Harbour</h1>", **files)
    assert "Harbour" in text_of(again)


async def test_what_one_page_stores_no_other_page_sees(reviewed: Reviewer) -> None:
    markup = f"""{HEAD}<h1>Harbour</h1><p id=p></p><script>
    p.textContent = 'found ' + [localStorage.a, sessionStorage.a, document.cookie].join('|');
    localStorage.a = sessionStorage.a = 'secret'; document.cookie = 'a=secret';
    </script>"""
    await reviewed(markup)
    again = await reviewed(markup)
    assert "secret" not in text_of(again)
    assert seen(again).views
