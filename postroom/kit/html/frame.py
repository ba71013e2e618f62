"""The document and the frame a mail is shown in: no script, no request, no way out but a new tab.

Never by srcdoc (it inherits the page's policy): the document has its own address and headers.
"""

import re
from html import escape
from urllib.parse import urlsplit

# Never allow-scripts, allow-same-origin, allow-forms or any top-navigation. Popups leave the
# sandbox because a website opened from a mail must work as one.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"

_LANGUAGE = re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8}){0,3}").fullmatch

_STYLE = """
:root{color-scheme:light;background:#fff;color:#1c2320}
body{margin:0;padding:16px;max-width:960px;overflow-wrap:anywhere;
font:15px/24px Figtree,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
img{max-width:100%}
img:not([src]){color:#636b66;font-size:12px;line-height:16px}
img[alt]:not([src]):not([alt=""]){outline:1px dashed #d6cfc3;outline-offset:-1px}
table{overflow-wrap:break-word}
pre{white-space:pre-wrap}
a{color:#0b6557}
blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #d6cfc3}
.text{max-width:66ch}
.lines{white-space:pre-wrap}
summary{cursor:pointer;margin:8px 0;color:#636b66;font-size:13px}
.cut{color:#636b66;font-style:italic}
.true-host{all:initial!important;font:600 13px/18px system-ui,sans-serif!important;
color:#8a3b12!important;background:#fdf3e4!important;overflow-wrap:anywhere!important}
"""
_DARK = """
:root{color-scheme:dark;background:#1a1e1c;color:#ecefeb}
a{color:#66c9b3}
blockquote{border-color:#3b433f}
summary,.cut{color:#9aa49e}
"""


def document(body: str, *, lang: str = "", dark: bool = False) -> str:
    """The complete document for the frame, around a fragment of `safe` or `from_text`.

    `dark` is heeded for plain text only: a mail that brings its own colours was made on white,
    and stands on white.
    """
    language = f' lang="{lang}"' if _LANGUAGE(lang) else ""
    style = _STYLE + (_DARK if dark and body.startswith('<div class="text">') else "")
    return (
        f"<!doctype html><html{language}><head><meta charset=utf-8>"
        '<meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer">'
        '<meta http-equiv="x-dns-prefetch-control" content="off">'
        f"<base target=_blank><style>{style}</style></head><body>{body}</body></html>"
    )


def frame_csp(origin: str) -> str:
    """Content-Security-Policy of the document; `origin` is the app's own (https://host[:port]).

    Raises ValueError for what is not an origin.
    """
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or f"{parts.scheme}://{parts.netloc}" != origin:
        raise ValueError(f"not an origin: {escape(origin)}")
    if not re.fullmatch(r"[\w.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", parts.netloc):
        raise ValueError(f"not an origin: {escape(origin)}")
    return (
        f"default-src 'none'; img-src {origin} data:; style-src 'unsafe-inline'; "
        f"form-action 'none'; base-uri 'none'; frame-ancestors {origin}; sandbox {SANDBOX}"
    )
