"""A grammar of edits that hide a URL, a script, a handler, a motion or a suppression, and of honest ones.

Everything bad carries a mark that a browser shows if it takes effect: the host ``evil.example``, the word ``EVIL`` in a
script, ``77s`` in a motion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

SHEET = """@charset "utf-8";
/* colours of the shop */
:root { --ink: #222; --speed: 0s; --gap: 1px }
body { font: 16px/1.5 sans-serif; color: var(--ink); background: #fff url(paper.png) }
.card { width: 560px; padding: 8px; background: #f4f4f4; transition: color var(--speed) }
.pale { color: #aaa }
.pale::before { content: "a quoted word"; quotes: "<" ">" }
@media (max-width: 600px) { .card { width: 99% } }
@keyframes pulse { from { opacity: .4 } }
.note { animation: pulse 3s }
.note.rest { animation: none }
.sign::after { content: "/* relook-ignore-file */" }
.last { margin: 0 }
"""

PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers of the week</title>
<link rel="stylesheet" href="style.css">
<style>
{SHEET.replace('@charset "utf-8";', "").replace(".sign", ".other")}</style>
</head><body>
<!-- the list of offers -->
<h1 class=big>Offers</h1>
<div class="card"><p class="pale" title="A kind word" style="color: #bbb">Fresh apples</p><a href="#more">More</a></div>
<img src="pixel.png" alt="An apple" width="120" height="80">
<textarea rows="3">Your wishes</textarea>
<textarea><!-- relook-ignore-file --></textarea>
<svg width="90" height="20"><text y="9" fill="#ccc">Drawn</text></svg>
<p id="status">Waiting</p>
<script>document.getElementById("status").textContent = "Ready";</script>
</body></html>
"""

TEXTS = {"index.html": PAGE, "style.css": SHEET}


@dataclass(frozen=True)
class Edit:
    path: str
    old: str
    new: str

    @property
    def after(self) -> str:
        return TEXTS[self.path].replace(self.old, self.new, 1)


_E = "https://evil.example/p"
_URLS = (
    f"url({_E})", f"URL({_E})", f'url("{_E}")', f"url( '{_E}' )", f"u\\72l({_E})", f"\\75 rl({_E})", f"\\000075\\52\\6c({_E})",
    f"ur\\l({_E})", "url(https\\3a //evil.example/p)", "url('https://evil\\.example/p')", f"url(\n{_E}\n)", f"url('{_E}",
    "url(//evil.example)", f'image-set("{_E}" 1x)', f"-webkit-image-set(url({_E}) 1x)", f"image-set(url({_E}) 1x)",
    f"-webkit-cross-fade(url({_E}), url({_E}), 50%)", f'IMAGE-\\53 et("{_E}" 1x)', f'src("{_E}")', f"image('{_E}')",
    f"var(--none, url({_E}))",
)  # fmt: skip
_TAKES_URL = (
    "background", "background-image", "list-style", "list-style-image", "border-image", "-webkit-mask", "mask-image", "cursor",
    "content", "filter", "clip-path", "shape-outside", "fill", "marker-start", "--picture", "back\\67round", "BACKGROUND",
)  # fmt: skip
_MOTIONS = (
    "animation: pulse 77s infinite", "-webkit-animation: pulse 77s", "transition: color 77s", "\\74ransition: all 77s",
    "transition/**/: color 77s", "TRANSITION:color 77s", "animation:pulse 77s;animation-direction:reverse",
    "scroll-behavior: smooth", "animation-name: pulse; animation-duration: 77s", "transition-duration: 77s", "all: inherit",
    "--speed: 77s",
)  # fmt: skip
_CODE = (f"behavior: url({_E})", f"-moz-binding: url({_E})", "width: expression(EVIL())")
_RULES = (
    f'@import "{_E}";', f"@import url({_E});", f"@\\69mport '{_E}';", f"@IMPORT '{_E}' screen;", f"@namespace p url({_E});",
    f"@font-face {{ font-family: x; src: url({_E}) }}", f"@font-face {{ font-family: x; src: local('a'), url('{_E}') }}",
    "@keyframes evil { to { margin: 77px } } .pale { animation: evil 77s }", "@starting-style { .pale { opacity: 0 } }",
    f'@property --p {{ syntax: "*"; inherits: true; initial-value: url({_E}) }}', "@view-transition { navigation: auto }",
    f"@counter-style c {{ system: cyclic; symbols: url({_E}) }}", f"@document url({_E}) {{ p {{ top: 0 }} }}",
    f"@supports (background: url({_E})) {{ p {{ top: 0 }} }}", f"@media all {{ @import '{_E}'; }}",
)  # fmt: skip
_AROUND = (
    ".pale { %s }", ".pale:hover { %s }", "@media (min-width: 1px) { .pale { %s } }", "@media print{.pale{%s}}",
    "@supports (display: grid) { .pale { %s } }", "@layer x { .pale { %s } }", ".card { & .pale { %s } }", "p{@media print{%s}}",
    ".card{.pale:hover{%s}}", ":is(.a, .pale):focus { %s }", "@scope (.card) { :scope { %s } }", "@container (width>1px){p{%s}}",
    "p:not(.a\\{){%s}", "p[title='}']{%s}", "p{color:red;;%s;}", "p { --a: {x: y}; %s }", "p{color:red}}}p{%s}",
)  # fmt: skip
# What stands before and behind a declaration or rule; both together mean nothing to a browser.
_DISGUISES = (
    ("", ""), ('p { quotes: "/*" "x" } ', ' p { quotes: "*/" "x" }'), ("p{content:'/*'}", "p{content:'*/'}"),
    ('/* " */', '/* " */'), ("/*'*/", "/*'*/"), ("p{content:'\\'/*'}", "p{content:'*/'}"), ('p{content:"\\\n/*"}', 'p{content:"*/"}'),
    ('p{content:"/*\n} ', ' p{content:"*/"}'), ("p{--a:'\"'}", "p{--a:'\"'}"), ("p{x:a(}{;/*)*/)}", ""), ("/**//*/**/", "/**/"),
    ("p{x:url(a'\\\\)}", "p{x:url(b)}"), ("p{x:url(a b/*)}", "/*)*/"), ("p{content:'\\\\'}/*'*/", "/*'*/"), ("<!--", "-->"),
    ("--> ", "<!-- "), ("p{a:\\;b:c}", ""), ("p{a:#\\{;b:c}", ""),
)  # fmt: skip
# (anchor in the sheet, text in its place)
_PLACES = (
    (".last { margin: 0 }", ".last { margin: 0 }\n%s"), (".pale { color: #aaa }", ".pale { color: #555 } %s"),
    ("colours of the shop", "colours */ %s /* x"), ("/* colours of the shop */", "%s"), ("a quoted word", 'a" } %s p { content: "b'),
    ("{ .card { width: 99% } }", "{ .card { width: 99%% } %s }"), (".note { animation", "%s .note { animation"),
    ("colours of the shop */", "colours */ %s"), ('"a quoted word"', '"a\\" }"; } %s p { content: "b"'),
)  # fmt: skip
_DECLARATION_PLACES = (
    ("color: #aaa", "color: #555; %s"), ("margin: 0", "%s"), ("width: 99%", "width: 98%%; %s"), ("opacity: .4", "opacity: .5; %s"),
    ("--gap: 1px", "--gap: 2px; %s"),
)  # fmt: skip
_ELEMENTS = (
    "<script>EVIL()</script>", "<SCRIPT\n>EVIL()</SCRIPT\n>", f"<script src={_E}></script>", f"<img src={_E}>", f"<img/src='{_E}'/x>",
    "<img src=https:&#x2f;&#47;evil.example>", f"<IMG\tSRC\n=\n{_E}>", f"<img srcset='{_E} 2x'>", f"<image src={_E}>",
    "<svg/onload=EVIL()>", "<p onmouseover='EVIL()'>x</p>", "<p ONCLICK=EVIL()>x</p>", "<p/onfocus=EVIL() tabindex=0>x</p>",
    "<details open ontoggle=EVIL()>x</details>", f"<iframe src={_E}></iframe>", "<iframe srcdoc='<script>EVIL()</script>'></iframe>",
    f"<object data={_E}></object>", f"<embed src={_E}>", f"<link rel=stylesheet href={_E}>", f"<link rel=preconnect href={_E}>",
    f"<base href={_E}>", f"<meta http-equiv=refresh content='0;url={_E}'>", f"<form action={_E}><button>x</button></form>",
    f"<button formaction={_E}>x</button>", f"<input type=image src={_E}>", f"<video poster={_E}></video>", f"<audio src={_E}></audio>",
    f"<video><track src={_E}><source src={_E}></video>", f"<picture><source srcset={_E}><img></picture>",
    f"<svg><use href='{_E}#a'/></svg>", f"<svg><image xlink:href='{_E}'/></svg>", f"<table background={_E}><tr><td>x</table>",
    f"<a href={_E}>x</a>", f"<a href='#' ping={_E}>x</a>", "<a href=javascript:EVIL()>x</a>", "<a href='java&#10;script:EVIL()'>x</a>",
    "<a href=data:text/html,EVIL()>x</a>", f"<style>@import '{_E}';</style>", f"<svg><style>p{{background:url({_E})}}</style></svg>",
    f"<svg><style><![CDATA[p{{background:url({_E})}}]]></style></svg>", f"<svg><style>p{{background:u&#114;l({_E})}}</style></svg>",
    f"<svg><path fill='url({_E})'/></svg>", f"<svg><path fill='u&#114;l({_E})'/></svg>", f"<p style='background:url({_E})'>x</p>",
    f"<svg><a><animate attributeName=href values='{_E}'/></a></svg>", "<p style='animation:pulse 77s'>x</p>", f"<p data-src={_E}>x</p>",
    f"<template><img src={_E}></template>", f"<div><template shadowrootmode=open><img src={_E}></template></div>",
    f"<math><mi href={_E}>x</mi></math>", f"<noscript><img src={_E}></noscript>", f"<blockquote cite={_E}>x</blockquote>",
    f"<svg><foreignObject><img src={_E}></foreignObject></svg>", "<body onload=EVIL()>", f"<body background={_E}>",
    f"<portal src={_E}></portal>", f"<x-image src={_E}></x-image>",
    "<marquee behavior='77s'>x</marquee>", f"<svg><filter><feImage href={_E} /></filter></svg>", f"<link rel=icon href={_E}>",
    "<!-- relook-ignore-file -->", "<!-- relook-intent: anything -->", "<style>/* relook-ignore-file */</style>", "<!--x> relook-ignore-->",
)  # fmt: skip
_HTML_PLACES = (
    ("Fresh apples", "Fresh %s apples"), ("Your wishes", "Your</textarea>%s<textarea>x"), ("Your wishes", "</textArea\n/>%s<textarea>"),
    ("the list of offers", "the -->%s<!-- list"), ("the list of offers", "the --!>%s<!-- list"), ("<!-- the list", "<!-->%s<!--x"),
    ("Offers of the week", "Offers</title>%s<title>x"), ("A kind word", 'A" class="b">%s<i title="x'),
    ("class=big", "class='big'>%s<b"), ("Drawn", "Drawn</text></svg>%s<svg><text>"), ("Drawn", "Drawn %s"), ("<h1", "%s<h1"),
    ("</style>", "</style>%s"), (".last { margin: 0 }", "</style>%s<style>"), ("</head>", "%s</head>"), ("</body>", "%s</body>"),
    ("colours of the shop */", "</style>%s<style>/* x */"), ("</html>", "</html>%s"), ("<!-- the list of offers -->", "%s"),
)  # fmt: skip
_ATTRIBUTES = (
    f"src={_E}", "onclick=EVIL()", "ONMOUSEENTER='EVIL()'", f"style='background:url({_E})'", f"background={_E}", f"data-url={_E}",
    "style='transition:color 77s'", f"style='background:u&#x72;l({_E})'", f"style=&#98;ackground:url({_E})", f"href={_E}",
    f"style='--a:url({_E})'", f"style='--a:&quot;{_E}&quot;'", f"style=\"background:u\\72l({_E})\"", "is=x-evil", f"xlink:href={_E}",
    f"style='content:\"/*\";background:url({_E});quotes:\"*/\" \"\"'", f"style='color:red}}p{{background:url({_E});}}x:y'",
)  # fmt: skip
_ATTRIBUTE_PLACES = (
    ("class=big", "class=big %s"), ("<img ", "<img %s "), ('rows="3"', 'rows="3"%s'), ("<a ", "<a %s "),
    ('<p id="status"', '<p/%s id="status"'), ('title="A kind word"', "%s"), ("class=big", "class=big\n%s\n"), ("<body", "<body %s"),
)  # fmt: skip
# What looks removed or renamed only.
_TURNS = (
    Edit("style.css", "--speed: 0s", "--speed: 77s"), Edit("style.css", ".note.rest { animation: none }\n", ""),
    Edit("style.css", ".note { animation", ".note, p { animation"), Edit("style.css", "animation: none", "color: red"),
    Edit("style.css", "--speed: 0s", "--speed: var(--gap)"), Edit("style.css", 'content: "/* relook', "content: /* relook"),
    Edit("style.css", "animation: none", "animation: initial"), Edit("style.css", "url(paper.png)", "url(paper.png), url(b.png)"),
    Edit("style.css", "opacity: .4", "opacity: 0"), Edit("style.css", "/* colours of the shop */", '/* " '),
    Edit("index.html", "<textarea><!--", "<!--"), Edit("index.html", "<textarea><!--", "<textarea></textarea><!--"),
    Edit("index.html", "--speed: 0s", "--speed: 77s"), Edit("index.html", "<link rel", "<!-- <link rel"),
    Edit("index.html", "<script>", "<script type=text/plain>"), Edit("index.html", 'href="#more"', ""),
    Edit("index.html", 'class="pale"', 'class="pale'),
    Edit("index.html", ".note { animation", ".note, p { animation"), Edit("index.html", "</style>", ""),
    Edit("index.html", "the list of offers -->", "the list"), Edit("index.html", 'src="pixel.png"', 'src="pixel2.png"'),
)  # fmt: skip


def hidden(count: int, random: Random) -> Iterator[Edit]:
    """Edits that are bad by construction, unless a disguise spoils what it was to hide; a few are written out."""
    yield from _TURNS
    for _ in range(count - len(_TURNS)):
        kind = random.random()
        if kind < 0.25:
            yield _html(random, random.choice(_HTML_PLACES), random.choice(_ELEMENTS))
        elif kind < 0.35:
            yield _html(random, random.choice(_ATTRIBUTE_PLACES), random.choice(_ATTRIBUTES))
        elif kind < 0.45:
            yield Edit("index.html", 'style="color: #bbb"', f'style="{_encoded(random, _declaration(random))}"')
        else:
            anchor, frame = random.choice(_PLACES if kind < 0.85 else _DECLARATION_PLACES)
            added = _rules(random) if kind < 0.85 else _declaration(random)
            yield Edit(random.choice(("style.css", "index.html")), anchor, frame % added)


def _html(random: Random, place: tuple[str, str], added: str) -> Edit:
    return Edit("index.html", place[0], place[1] % added)


def _declaration(random: Random) -> str:
    kind = random.random()
    if kind < 0.7:
        made = f"{random.choice(_TAKES_URL)}: {random.choice(_URLS)}"
    else:
        made = random.choice(_MOTIONS if kind < 0.95 else _CODE)
    kind = random.random()
    if kind < 0.15:
        made = made.replace(":", "/*\"*/:/*'*/", 1)
    elif kind < 0.3:
        made = f"/*;*/{made} !important"
    elif kind < 0.4:
        made = f'quotes: "/*" "x"; {made}; quotes: "*/" "x"'
    return made


def _rules(random: Random) -> str:
    made = random.choice(_RULES) if random.random() < 0.3 else random.choice(_AROUND) % _declaration(random)
    before, behind = random.choice(_DISGUISES)
    return f"{before}{made}{behind}"


def _encoded(random: Random, text: str) -> str:
    """As the value of an attribute between double quotes, some characters as references."""
    return "".join(f"&#{ord(c)};" if c in '"&' or random.random() < 0.1 else c for c in text)


def mutated(edit: Edit, random: Random) -> Edit:
    """The edit with a few characters put in, taken out or doubled: nobody knows whether it is good."""
    text = edit.new
    for _ in range(random.randint(1, 2)):
        at = random.randint(0, len(text))
        choice = random.random()
        if choice < 0.5:
            text = text[:at] + random.choice(_SPECIAL) + text[at:]
        elif choice < 0.8:
            text = text[:at] + text[at + random.randint(1, 4) :]
        else:
            text = text[:at] + text[at : at + 5] + text[at:]
    return Edit(edit.path, edit.old, text)


_SPECIAL = (
    "\\", '"', "'", "/*", "*/", "<!--", "-->", "{", "}", "(", ")", ";", ":", "\n", "<", ">", "&", "=", "/", "\\\n", "\0", "</style>",
    "<style>", "@", "url(", "]]>", "!", "#", "<script>", "</script>", "<textarea>", " ", "<svg>", "<![CDATA[", "--", "`",
)  # fmt: skip

_HONEST_DECLARATIONS = (
    "color: #555", "color: rgb(10 20 30 / 90%)", "color: oklch(40% 0.1 250)", "color: var(--ink)", "width: 100%", "max-width: 40ch",
    "width: min(100%, 560px)", "flex-wrap: wrap", "overflow-wrap: anywhere", "font-size: clamp(1rem, 2vw + 1rem, 2rem)", "gap: 8px 4px",
    "grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr))", "padding: calc(1em + 2px) 0", "margin: -1px auto 0", "hyphens: auto",
    "background: linear-gradient(#fff, color-mix(in srgb, #eee 50%, white))", "content: 'url(x) ) } /* word'", 'content: "\\2014 \\"a"',
    "font-family: 'Times New Roman', serif", "transform: translateX(-50%) rotate(2deg)", "text-shadow: 0 1px 2px #000", "inset: 0",
    "grid-template-areas: 'a b' 'c d'", "box-shadow: 0 0 0 2px rgba(0, 0, 0, .2)", "aspect-ratio: 16 / 9", "white-space: normal",
    "font-size: 18px !important", "animation: none", "transition: none", "--gap: 4px", "--new: 1.5rem", "outline: 2px solid",
    "clip-path: inset(0)", "filter: brightness(90%)", "width: -moz-fit-content", "line-height: 1.5;;", "counter-increment: a 1", "quotes: '/*' '*/'",
)  # fmt: skip
_HONEST_AROUND = (
    "%s", "%s;", "/* wider */ %s", "%s; /* don't { */", "%s; } .pale:hover { color: #333", "%s } .pale:is(a, b) > p:nth-child(2n + 1) { top: 0",
    "%s } @media (width < 600px) and (min-height: 1px) { .pale { color: #222 }", "%s } @supports (display: grid) { p { display: grid }",
    "%s; &:focus-visible { outline: 2px solid #000 }", "%s } @layer a { p { top: 0 }", "%s } @container (min-width: 20em) { p { top: 0 }",
    "%s } a[href^='https://'] { color: #123", "%s } .w-1\\/2 { width: 50%%",
)  # fmt: skip
_HONEST = (
    Edit("index.html", "Fresh apples", "Fresh <strong>apples</strong> &amp; pears"), Edit("index.html", 'width="120"', 'width="100"'),
    Edit("index.html", 'class="pale"', 'class="pale wide"'), Edit("index.html", "<p id=", '<p class="a" role="status" aria-live="polite" id='),
    Edit("index.html", "Offers</h1>", "<span lang=de>Angebote: https://evil.example</span></h1>"),
    Edit("index.html", "A kind word", "it's url(x) onclick=none"), Edit("index.html", 'style="color: #bbb"', ""),
    Edit("index.html", 'fill="#ccc"', 'fill="#333" font-size="14"'), Edit("index.html", "</head>", "<style>p { color: #222 }</style></head>"),
    Edit("index.html", '<div class="card">', '<div class="card"><div style="display: flex; flex-wrap: wrap">'),
    Edit("index.html", "the list of offers", "the list of all offers, it's url(x)"), Edit("index.html", "Your wishes", "<b onclick=x>"),
    Edit("index.html", "<title>Offers", "<title>Our <img src=x> offers"), Edit("index.html", "<h1 class=big>", '<h1 class="big" id=top>'),
    Edit("index.html", "<textarea rows", "<label>Wishes <textarea rows"), Edit("style.css", ".last { margin: 0 }\n", ""),
    Edit("style.css", "/* colours of the shop */", "/* it's the shop's: \" */"), Edit("style.css", "--ink: #222", "--ink: #111"),
    Edit("style.css", "(max-width: 600px)", "(max-width: 640px)"), Edit("style.css", "background: #fff url", "background: #eee url"),
    Edit("style.css", ".note { animation", ".note { color: #222; animation"), Edit("style.css", "a quoted word", "a /* word"),
)  # fmt: skip


def honest(count: int, random: Random) -> Iterator[Edit]:
    """Edits that must be permitted."""
    yield from _HONEST
    for _ in range(count - len(_HONEST)):
        made = random.choice(_HONEST_DECLARATIONS)
        if random.random() < 0.15:
            yield Edit("index.html", "color: #bbb", made.replace('"', "&quot;"))
        else:
            anchor = random.choice(("color: #aaa", "margin: 0", "width: 99%"))
            yield Edit(random.choice(("style.css", "index.html")), anchor, random.choice(_HONEST_AROUND) % made)
