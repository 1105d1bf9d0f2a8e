"""⟪cause⟫, ⟨place⟩: elements that are not where they are written, and texts that are hard to count."""

from __future__ import annotations

from tests.source.marked import Case, page

GREY = "<style>p{⟪color:#999⟫}</style>"

CASES: dict[str, Case] = {
    # trees
    "clone of a template": page(
        GREY + "<body><template id=m>⟨<p id=t>⟩x</p></template><script>document.body.append(m.content.cloneNode(true))</script>"),
    "second clone of a template": page(
        GREY + "<body><template id=m>⟨<p id=t>⟩x</p></template>"
        "<script>for (let i = 0; i < 2; i++) document.body.append(m.content.cloneNode(true))</script>", nth=1),
    "style attribute of a clone": page(
        "<body><template id=m>⟨<p id=t style='⟪color:#999⟫'>⟩x</p></template><script>document.body.append(m.content.cloneNode(true))</script>"),
    "style element of a clone": page(
        "<body><template id=m><style>p{⟪color:#999⟫}</style>⟨<p id=t>⟩x</p></template><script>document.body.append(m.content.cloneNode(true))</script>"),
    "moved by a script": page(GREY + "⟨<p id=t>⟩x</p><div id=d></div><script>d.append(t)</script>"),
    "declarative shadow root": page(
        "<div><template shadowrootmode=open><style>p{⟪color:#999⟫}</style>⟨<p id=t>⟩x</p></template></div>"),
    "shadow root cannot be reached by outer rules": page(
        "<style>p{color:red}div{⟪color:#999⟫}</style><div><template shadowrootmode=open>⟨<p id=t>⟩x</p></template></div>"),
    "host rule": page("⟨<div id=t>⟩<template shadowrootmode=open><style>:host{⟪color:#999⟫}</style><slot></slot></template>x</div>"),
    "document beats the host rule": page(
        "<style>div{⟪color:#999⟫}</style>⟨<div id=t>⟩<template shadowrootmode=open><style>:host(#t){color:red}</style><slot></slot></template>x</div>"),
    "important host rule beats the document": page(
        "<style>div{color:red!important}</style>⟨<div id=t>⟩<template shadowrootmode=open><style>:host{⟪color:#999!important⟫}</style>"
        "<slot></slot></template>x</div>"),
    "slotted": page(
        "<div><template shadowrootmode=open><style>::slotted(p){⟪color:#999⟫}</style><slot></slot></template>⟨<p id=t>⟩x</p></div>"),
    "slotted inherits through its slot": page(
        "<style>div{color:red}</style><div><template shadowrootmode=open><section style='⟪color:#999⟫'><slot name=s></slot></section></template>"
        "⟨<p id=t slot=s>⟩x</p></div>"),
    "part": page(
        "<style>div::part(q){⟪color:#999⟫}</style><div><template shadowrootmode=open><style>p{color:red}</style>⟨<p id=t part=q>⟩x</p></template></div>"),
    "shadow root made by a script": Case({
        "i.html": "<x-a></x-a><script src=a.js></script>",
        "a.js": "class A extends HTMLElement {\n  constructor() {\n    super();\n    const r = this.attachShadow({mode: 'open'});\n"
        "    ⟪⟨r.innerHTML = '<style>p{color:#999}</style><p id=t>x';⟩⟫\n  }\n}\ncustomElements.define('x-a', A);\n"}),
    "built with createElement": page(
        "<style>p{⟪color:#999⟫}</style><div></div>\n<script>\nconst e = document.⟨createElement('p');⟩\ne.id = 't'; e.textContent = 'x'; document.body.append(e);\n</script>"),
    "built with innerHTML in a file": Case({
        "i.html": "<style>p{⟪color:#999⟫}</style><div id=d></div><script src=a.js></script>",
        "a.js": "const text = '😀';\r\n⟨d.innerHTML = `<p id=t>${text}`;⟩\r\n"}),
    "built in the same line as a stamped tag": page(
        "<style>p{⟪color:#999⟫}</style><div id=d></div><b>y</b><script>⟨d.innerHTML='<p id=t>x'</script>⟩\n"),
    "written with document.write": page(
        "<style>p{⟪color:#999⟫}</style><script>\n  document.⟨write('<p id=t>x');⟩\n</script>"),
    "built by a library for the author": Case({
        "i.html": "<style>p{⟪color:#999⟫}</style><div id=d></div><script src=vendor/l.js></script><script src=a.js></script>",
        "vendor/l.js": "function put(html) { d.innerHTML = html }", "a.js": "\n\n⟨put('<p id=t>x');⟩\n"}),
    "built by a script behind line separators": Case({
        "i.html": "<style>p{⟪color:#999⟫}</style><div id=d></div><script src=a.js></script>",
        "a.js": "/* \u2028 \u2029 */\n⟨d.innerHTML = '<p id=t>x'⟩\n"}),
    "built by an inline script behind line separators": page(
        "<style>p{⟪color:#999⟫}</style><div id=d></div>\n<script>\n/* \u2028 \u2029 */\n⟨d.innerHTML = '<p id=t>x'⟩\n</script>"),
    # style by script
    "style set by a script": page("<style>p{color:red}</style>⟪⟨<p id=t>⟩⟫x</p><script>t.style.color = '#999'</script>"),
    "style attribute changed by a script": page(
        "⟪⟨<p id=t style='top: 0; color: red'>⟩⟫x</p><script>t.style.color = '#999'</script>"),
    "style attribute beside what a script changed": page(
        "⟨<p id=t style='top: 0;   margin: 1px;⟪min-width:   90px⟫'>⟩x</p><script>t.style.top = '100px'; t.style.left = 0</script>", "min-width"),
    "rule changed by a script": page("<style>p{color:red}</style>⟪⟨<p id=t>⟩⟫x</p><script>document.styleSheets[0].cssRules[0].style.color = '#999'</script>"),
    "rule inserted by a script": page(
        "<style>b{top:0}</style>⟪⟨<p id=t>⟩⟫x</p><script>document.styleSheets[0].insertRule('p { color: #999 }', 0)</script>"),
    "rule behind an inserted one": page(
        "<style>b{top:0}\np{⟪color:#999⟫}</style>⟨<p id=t>⟩x</p><script>document.styleSheets[0].insertRule('i { color: #999 }', 0)</script>"),
    "adopted sheet": page(
        "⟪⟨<p id=t>⟩⟫x</p><script>const s = new CSSStyleSheet(); s.replaceSync('p { color: #999 }'); document.adoptedStyleSheets = [s]</script>"),
    "style element made by a script": page(
        "⟪⟨<p id=t>⟩⟫x</p><script>const s = document.createElement('style'); s.textContent = 'p { color: #999 }'; document.head.append(s)</script>"),
    "style element whose text a script changed": page(
        "<style id=s>p { color: red }</style>⟪⟨<p id=t>⟩⟫x</p><script>s.textContent = 'p { color: #999 }'</script>"),
    "class set by a script": page("<style>.a{⟪color:#999⟫}</style>⟨<p id=t>⟩x</p><script>t.className = 'a'</script>"),
    # texts
    "byte order mark": page("<style>p{⟪color:#999⟫}</style>⟨<p id=t>⟩x", bom=b"\xef\xbb\xbf"),
    "byte order mark of a sheet": Case({"i.html": "<link rel=stylesheet href=a.css>⟨<p id=t>⟩x", "a.css": "p{⟪color:#999⟫}"}, bom=b"\xef\xbb\xbf"),
    "utf-16": Case({"i.html": "<link rel=stylesheet href=a.css>⟨<p id=t>⟩é", "a.css": "/* é😀 */p{⟪color:#999⟫}"}, bom=b"\xff\xfe", encoding="utf-16-le"),
    "windows-1252": Case({
        "i.html": "<meta charset=windows-1252><link rel=stylesheet href=a.css><p>é</p>⟨<p id=t>⟩é",
        "a.css": "@charset \"windows-1252\";/* é */p{⟪color:#999⟫}"}, encoding="windows-1252"),
    "crlf": Case({
        "i.html": "<!doctype html>\n<link rel=stylesheet href=a.css>\n<style>\nb { top: 0 }\n</style>\n\n  ⟨<p\n id=t>⟩x",
        "a.css": "b {\n}\n\np {\n  margin: 0;\n  ⟪color: #999⟫;\n}\n"}, newline="\r\n"),
    "crlf in a style element": page("<!doctype html>\n<style>\nb{top:0}\np {\n  ⟪color: #999⟫;\n}\n</style>\n⟨<p id=t>⟩x", newline="\r\n"),
    "lone carriage returns": Case({
        "i.html": "<!doctype html>\n<link rel=stylesheet href=a.css>\n⟨<p id=t>⟩x", "a.css": "b {}\np {\n  ⟪color: #999⟫;\n}\n"}, newline="\r"),
    "lone carriage returns in a style element": page("<style>\nb{top:0}\np {\n  ⟪color: #999⟫;\n}\n</style>\n⟨<p id=t>⟩x", newline="\r"),
    "mixed line ends": page("<style>\r\nb{}\n\rp{\r⟪color:\r\n#999⟫}\n</style>\r\n⟨<p\rid=t>⟩x"),
    "crlf in a style attribute": page("⟨<p id=t style='margin: 0;\n  ⟪color: #999⟫'>⟩x", newline="\r\n"),
    "form feed and vertical tab": page("<style>\f b{}\f p{\f⟪color:\f#999⟫}</style>\f⟨<p\fid=t>⟩x"),
    "tabs": page("<style>\n\tp\t{\n\t\t⟪color:\t#999⟫;\n\t}\n</style>\n\t⟨<p\tid=t>⟩x"),
    "astral characters before": Case({"i.html": "<link rel=stylesheet href=a.css>😀😀⟨<p id=t title='😀'>⟩x", "a.css": "/* 😀𝒳 */p{content:'😀';⟪color:#999⟫}"}),
    "astral characters inside": page("<style>p::before{⟪content:'a😀b'⟫}</style>⟨<p id=t>⟩x", "content", pseudo="before"),
    "astral characters in a style attribute": page("<i>😀</i>⟨<p style='--a:\"😀\";⟪color:#999⟫' id=t>⟩x"),
    "separators are no line ends": page("<style>/*\u2028\u2029\u0085*/p{⟪color:#999⟫}</style>\u2028⟨<p id=t>⟩x"),
    "combining and wide characters": page("<style>/* e\u0301\u200d漢字 */p{⟪color:#999⟫}</style>漢⟨<p id=t>⟩x"),
    "character references in a style attribute": page("⟨<p id=t style='font-family:&quot;A&quot;;⟪color:&#35;999⟫;top:0'>⟩x"),
    "character references without semicolons": page("⟨<p id=t style='--a:\"&lt\";⟪color:&#x23;999⟫'>⟩x"),
    "ampersand that is none": page("⟨<p id=t style='background:url(x?a=1&b=2&copy=3);⟪color:#999⟫'>⟩x"),
    "end tag in a comment of a sheet": page("<style>/* <p> </sty le> */p{⟪color:#999⟫}</STYLE >⟨<p id=t>⟩x"),
    "style element ends in its string": page("<style>b{content:'</style><style>p{⟪color:#999⟫}</style>⟨<p id=t>⟩x"),
    "style element with a self-closing slash": page("<style/>p{⟪color:#999⟫}</style>⟨<p id=t>⟩x"),
    "comments in odd places": page("<style>/**/p/**/{/*;*//**/⟪color/*a*/:/*b*/#999/*c*/⟫;}</style><!-- <p id=t> -->⟨<p id=t>⟩x"),
    "comment before the declaration": page("<style>p{\n  /* top: 0; */\n  ⟪color: #999⟫; /* y */\n}</style>⟨<p id=t>⟩x"),
    "html comment in a sheet": page("<style><!-- p{⟪color:#999⟫} --></style>⟨<p id=t>⟩x"),
    "semicolons and braces in strings": page("<style>p{content:';}{';⟪color:#999⟫}</style>⟨<p id=t>⟩x"),
    "escapes in a name": page("<style>p{⟪col\\6f r:#999⟫}</style>⟨<p id=t>⟩x"),
    "upper case": page("<STYLE>P{⟪COLOR:#999⟫}</STYLE>⟨<P ID=t>⟩x"),
    "upper case style attribute": page("⟨<P ID=t STYLE='⟪Color:#999⟫'>⟩x"),
    "duplicate attribute": page("⟨<p id=t style='⟪color:#999⟫' style='color:red'>⟩x"),
    "spaces around the equals sign": page("⟨<p id = t style\n=\n'⟪color:#999⟫'>⟩x"),
    "attribute with a greater-than sign": page("<style>p{⟪color:#999⟫}</style>⟨<p title='a>b' id=t>⟩x"),
    "slashes between attributes": page("⟨<p/id='t'/style='⟪color:#999⟫'/>⟩x"),
    "start tag without an end": page("<style>p{⟪color:#999⟫}</style>⟨<p id=t>⟩"+"x<b"),
    # what the tree builder makes of it
    "unclosed": page("<style>b{⟪color:#999⟫}</style><div><p>a<b>b<div>c⟨<b id=t>⟩x"),
    "adoption agency": page("<style>b{⟪color:#999⟫}</style><p>1⟨<b id=t>⟩2<i>3</b>4</i>5"),
    "adoption agency's clone": page("<style>b{⟪color:#999⟫}</style>⟨<b id=t>⟩1<p>2</b>3</p>", nth=1),
    "foster parented": page("<style>p{⟪color:#999⟫}</style><table><tr>⟨<p id=t>⟩x</p><td>y</table>"),
    "implied table parts": page("<style>td{⟪color:#999⟫}</style><table>⟨<td id=t>⟩x</table>"),
    "misnested form": page("<style>p{⟪color:#999⟫}</style><form><div></form>⟨<p id=t>⟩x</div>"),
    "head elements in the body": page("<p>a<title>b</title><style>p{⟪color:#999⟫}</style>⟨<p id=t>⟩x"),
    "second body": page("<style>body{⟪color:#999⟫}</style><body><p>a<body class=b>⟨<p id=t>⟩x"),
    "noscript is text": page("<style>p{⟪color:#999⟫}</style><noscript><p id=t>no</p></noscript>⟨<p id=t>⟩x"),
    "textarea and title are text": page("<title><p id=t></title><style>p{⟪color:#999⟫}</style><textarea><p id=t></textarea>⟨<p id=t>⟩x"),
    "conditional comment": page("<!--[if IE]><p id=t>no<![endif]--><style>p{⟪color:#999⟫}</style><![if !IE]>⟨<p id=t>⟩x<![endif]>"),
    "svg": page("<style>text{⟪fill:#999⟫}</style><svg viewBox='0 0 9 9'><g>⟨<text id=t y=9>⟩x</text></g></svg>", "fill"),
    "camel case in svg": page("<style>foreignObject{⟪color:#999⟫}</style><svg>⟨<foreignObject id=t width=9 height=9>⟩<p>x</p></foreignObject></svg>"),
    "html in svg": page("<style>p{⟪color:#999⟫}</style><svg><foreignObject width=9 height=9>⟨<p id=t>⟩x</p></foreignObject></svg>"),
    "self-closing svg": page("<style>p{⟪color:#999⟫}</style><svg><path d='M0 0'/><g/></svg>⟨<p id=t>⟩x"),
    "cdata in svg": page("<style>p{⟪color:#999⟫}</style><svg><![CDATA[<p id=t>]]></svg>⟨<p id=t>⟩x"),
    "mathml": page("<style>mi{⟪color:#999⟫}</style><math><mrow>⟨<mi id=t>⟩x</mi></mrow></math>"),
    "image becomes img": page("<style>img{⟪width:900px⟫}</style>⟨<image id=t alt=x>⟩", "width"),
    "plaintext": page("<style>plaintext{⟪color:#999⟫}</style>⟨<plaintext id=t>⟩x<p>y"),
    "nul characters": page("<style>p{⟪color:#999⟫}</style>a\0b⟨<p id=t>⟩x"),
    "select": page("<style>option{⟪color:#999⟫}</style><select size=2><option>a⟨<option id=t>⟩b</select>"),
}  # fmt: skip
