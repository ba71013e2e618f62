"""What `safe` keeps of a mail's HTML and what it takes away."""

import base64
import re
from html.parser import HTMLParser

import pytest

from postroom.kit.html import Safe, allowed, safe
from postroom.kit.tests import hostile_html, html_corpus

CASES = html_corpus.everything()
GIF = base64.b64encode(b"GIF89a" + bytes(20)).decode()
OURS = {"class", "target", "rel"}


def cleaned(html: str, *, show_remote: bool = False) -> Safe:
    return safe(
        html,
        picture={"logo@x": "/picture/1"}.get,
        show_remote=show_remote,
        remote=lambda address: f"/proxy/{address}",
    )


class Reader(HTMLParser):
    """What a second, independent parser finds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", {}))


def test_the_corpus_is_there() -> None:
    assert len(html_corpus.public_cases()) > 350
    assert len(html_corpus.mail_parts()) > 50
    assert len(hostile_html.ALL) > 90


@pytest.mark.parametrize("name", CASES)
def test_only_what_is_allowed_is_left(name: str) -> None:
    body = cleaned(CASES[name]).body
    for tag, attributes in Reader(body).found:
        assert tag in allowed.TAGS
        assert set(attributes) <= allowed.attributes_of(tag) | OURS
        assert attributes.get("class", "true-host") == "true-host"
        style = attributes.get("style", "").lower()
        assert not re.search(r"url|\\|expression|position|var\(|@|javascript|//", style), style
        assert re.match(r"(https?://|mailto:|tel:|$)", attributes.get("href", ""))
        assert re.match(
            r"(/picture/|data:image/(png|jpe?g|gif|webp);|$)", attributes.get("src", "")
        )


@pytest.mark.parametrize("name", CASES)
def test_cleaning_twice_changes_nothing_but_our_own_marks(name: str) -> None:
    once = cleaned(CASES[name]).body.replace('src="/picture/1"', "")
    bare = re.sub(r' <span class="true-host".*?</span>', "", once)
    twice = re.sub(r' <span class="true-host".*?</span>', "", cleaned(bare).body)
    assert Reader(twice).words == Reader(bare).words
    assert [tag for tag, _ in Reader(twice).found] == [tag for tag, _ in Reader(bare).found]


@pytest.mark.parametrize("name", hostile_html.CLICKS)
def test_a_click_leads_to_no_script_file_or_page_of_ours(name: str) -> None:
    assert cleaned(hostile_html.CLICKS[name]).links == 0


def test_a_table_newsletter_still_looks_like_itself() -> None:
    source = (
        '<html><head><title>News</title><style>p{color:red}</style></head><body bgcolor="#eeeeee">'
        '<center><table width="600" cellpadding="0" cellspacing="0" border="0" align="center" '
        'bgcolor="#ffffff" style="border-collapse:collapse;max-width:600px">'
        '<tr><td align="center" valign="top" style="padding:20px 30px;font:bold 18px/24px Arial;'
        'color:rgb(20,30,40);background:#FAFAFA">Hello <font color="#990000" size="+1" '
        'face="Georgia, serif">Anna</font></td></tr></table></center></body></html>'
    )
    assert cleaned(source).body == (
        '<div style="background-color:#eeeeee"><center><table width="600" cellpadding="0" '
        'cellspacing="0" border="0" align="center" bgcolor="#ffffff" '
        'style="border-collapse:collapse;max-width:600px"><tbody><tr><td align="center" '
        'valign="top" style="padding:20px 30px;font:bold 18px / 24px Arial;color:rgb(20, 30, 40);'
        'background:#FAFAFA">Hello <font color="#990000" size="+1" face="Georgia, serif">Anna'
        "</font></td></tr></tbody></table></center></div>"
    )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<ul><li>1<li>2</ul>", "<ul><li>1</li><li>2</li></ul>"),
        ("<b>a<p>b</b>c", "<b>a</b><p><b>b</b>c</p>"),
        ("<p><b>a<p>b</b>", "<p><b>a</b></p><b></b><p><b>b</b></p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<textarea>kept <b>words</b></textarea>", "kept <b>words</b>"),
        ("<!-- never ends <b>kept</b>", " never ends <b>kept</b>"),
        ("<title>never ends <b>kept</b>", "never ends <b>kept</b>"),
        ("a<style>p{}</style >b<script>1</script>c", "abc"),
        ("<svg><text>words</text></svg>", "words"),
        ("a\u202eb&#8238;c", "abc"),
        ("\ud800x", "?x"),
        ("x\r\n" * 9_000, "x\n" * 9_000),
        ("&amp;lt;b&gt; &eacute;&#233;&#xe9;&nbsp;", "&amp;lt;b&gt; ééé&nbsp;"),
        ("&bogus; &copy 2", "&amp;bogus; © 2"),
    ],
)
def test_broken_html_keeps_its_words(source: str, shown: str) -> None:
    assert cleaned(source).body == shown


@pytest.mark.parametrize(
    "declaration",
    [
        "position:fixed",
        "background:url(https://x.example/a)",
        "background:u\\72l(https://x.example/a)",
        "color:var(--x)",
        "--x:red",
        "width:expression(alert(1))",
        "width:calc(100% + 1px)",
        "margin:-40px 0 0",
        "-moz-binding:url(x)",
        "behavior:url(x)",
        "content:'x'",
        "display:flex",
        "opacity:0",
        "z-index:9",
        "color:/**/red",
    ],
)
def test_a_style_that_loads_covers_or_escapes_is_left_out(declaration: str) -> None:
    assert cleaned(f'<p style="{declaration};color:red">x').body == '<p style="color:red">x</p>'


def test_outside_pictures_and_grounds_are_counted_and_left_out() -> None:
    found = cleaned(
        '<img src="https://x.example/a" alt="Logo" width="9"><img src="//x.example/b">'
        '<table background="http://x.example/c"><tr><td style="background:url(//x.example/d)">'
        '<img src="/relative"><img src="cid:unknown"></table>'
    )
    assert found.blocked == 4
    assert "x.example" not in found.body
    assert '<img alt="Logo" width="9">' in found.body or '<img width="9" alt="Logo">' in found.body


def test_shown_outside_pictures_come_through_the_proxy() -> None:
    found = cleaned('<img src="https://x.example/a?b=1&amp;c">', show_remote=True)
    assert found == Safe('<img src="/proxy/https://x.example/a?b=1&amp;c">', 0, 0, outside=1)


def test_an_outside_picture_the_proxy_refuses_stays_counted() -> None:
    found = safe(
        "<img src=http://10.0.0.1/>",
        picture=lambda cid: None,
        show_remote=True,
        remote=lambda address: None,
    )
    assert found == Safe("<img>", 1, 0)


@pytest.mark.parametrize("src", ["cid:logo@x", "CID:logo%40x", "cid:&lt;logo@x&gt;"])
def test_an_inline_picture_has_the_address_we_give_it(src: str) -> None:
    assert cleaned(f'<img src="{src}">').body == '<img src="/picture/1">'


def test_a_small_picture_within_the_mail_stays() -> None:
    assert (
        f"data:image/gif;base64,{GIF}" in cleaned(f'<img src="data:image/gif;base64,{GIF}">').body
    )


@pytest.mark.parametrize(
    "src",
    [
        "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=",
        f"data:text/html;base64,{GIF}",
        f"data:image/png;base64,{GIF}",
        "data:image/gif,GIF89a",
        "data:image/gif;base64,R0lG",
        "data:image/gif;base64," + base64.b64encode(b"GIF89a" + bytes(100_000)).decode(),
    ],
)
def test_a_picture_within_the_mail_must_be_small_and_what_it_says(src: str) -> None:
    assert cleaned(f'<img src="{src}">') == Safe("<img>", 0, 0)
