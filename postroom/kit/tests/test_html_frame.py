"""The frame's document and headers, and plain text shown in it."""

import pytest

from postroom.kit.html import SANDBOX, document, frame_csp, from_text, safe


def test_the_frame_never_lets_scripts_forms_or_the_top_page_in() -> None:
    assert SANDBOX.split() == ["allow-popups", "allow-popups-to-escape-sandbox"]
    assert frame_csp("https://post.example").endswith(f"sandbox {SANDBOX}")


def test_the_policy_lets_only_our_own_pictures_in() -> None:
    policy = dict(part.strip().split(" ", 1) for part in frame_csp("http://[::1]:80").split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == "http://[::1]:80 data:"
    assert policy["frame-ancestors"] == "http://[::1]:80"
    assert "script-src" not in policy


@pytest.mark.parametrize(
    "origin", ["", "*", "https://a.example/", "a.example", "https://a; script-src *", "file://x"]
)
def test_the_policy_takes_nothing_but_an_origin(origin: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        frame_csp(origin)


def test_the_document_says_its_language_and_opens_links_apart() -> None:
    page = document("<p>x</p>", lang="fr-CA")
    assert page.startswith('<!doctype html><html lang="fr-CA"><head><meta charset=utf-8>')
    assert "<base target=_blank>" in page
    assert page.endswith("<body><p>x</p></body></html>")
    assert "<html>" in document("x", lang='"><script>')


def test_only_plain_text_stands_on_a_dark_ground() -> None:
    html = safe('<div class="text">x</div>', picture=lambda cid: None).body
    assert "color-scheme:dark" in document(from_text("x"), dark=True)
    assert "color-scheme:dark" not in document(from_text("x"))
    assert "color-scheme:dark" not in document(html, dark=True)


def test_plain_text_is_escaped_and_its_links_work() -> None:
    assert from_text("<b> see www.a.example/x(1). or m@b.example\r\nbye\n") == (
        '<div class="text"><div class="lines">&lt;b&gt; see '
        '<a href="https://www.a.example/x(1)" title="www.a.example" target="_blank" '
        'rel="noopener noreferrer">www.a.example/x(1)</a>. or '
        '<a href="mailto:m@b.example" title="mailto:m@b.example" target="_blank" '
        'rel="noopener noreferrer">m@b.example</a>\nbye</div></div>'
    )


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, 1 Jan 2024 at 10:00, Anna <a@b.example> wrote:",
        "On Mon, 1 Jan 2024 at 10:00,\nAnna wrote:",
        "Le lun. 1 janv. 2024 à 10:00, Anna a écrit :",
        "Am Mo., 1. Jan. 2024 schrieb Anna:",
    ],
)
def test_a_quotation_is_folded_with_its_introduction(introduction: str) -> None:
    body = from_text(f"Yes.\n\n{introduction}\n> one\n>> two\n> three\n\nMy own words")
    before, _, rest = body.partition("<details>")
    folded, _, after = rest.partition("</details>")
    assert "Yes." in before
    assert introduction.split("\n")[0][:9] in folded
    assert "<blockquote><div" in folded
    assert ">one</div><blockquote>" in folded
    assert ">two</div></blockquote>" in folded
    assert "My own words" in after


def test_a_quotation_without_marks_is_folded_to_the_end() -> None:
    body = from_text("Yes.\n-----Message d'origine-----\nDe : Anna\n\nBonjour")
    assert "Bonjour" in body.partition("<details>")[2]


def test_a_message_that_is_all_quotation_stands_open() -> None:
    assert "<details open>" in from_text("> one\n> two")


def test_ordinary_words_are_not_taken_for_an_introduction() -> None:
    text = "On Monday we wrote to you.\nLe chat dort.\nOn reflection: yes"
    assert "<details" not in from_text(text)
