"""Links say where they go."""

import pytest

from postroom.kit.html import safe
from postroom.kit.html.links import true_host, web_address


def shown(html: str) -> str:
    return safe(html, picture=lambda cid: None).body


def test_a_link_opens_apart_and_says_its_host() -> None:
    assert shown('<a href="https://Clinic.example/a?b=1&amp;c=2" title="lie" id=x>read</a>') == (
        '<a href="https://Clinic.example/a?b=1&amp;c=2" target="_blank" '
        'rel="noopener noreferrer" title="clinic.example">read</a>'
    )


@pytest.mark.parametrize(
    ("href", "words", "host"),
    [
        ("https://evil.example/", "www.bank.example", "evil.example"),
        ("https://evil.example/", "Log in at https://bank.example/login now", "evil.example"),
        ("https://evil.example/", "<b>bank</b>.<i>example</i>", "evil.example"),
        ("https://evil.example/", "<img alt='bank.example'>", "evil.example"),
        ("https://evil.example/", "bank.example\u200b", "evil.example"),
        ("https://bank.example.evil.example/", "bank.example", "bank.example.evil.example"),
        ("https://notbank.example/", "bank.example", "notbank.example"),
        ("https://bank.example@evil.example/", "log in", "evil.example"),
        ("https://evil.example\\@bank.example/", "bank.example", "evil.example"),
        ("https:\\\\evil.example/", "bank.example", "evil.example"),
        ("https://%65vil.example/", "bank.example", "evil.example"),
        ("https://аpple.example/", "аpple.example", "xn--pple-43d.example"),
        ("http://[::1]/", "bank.example", "::1"),
        ("mailto:a@evil.example", "a@bank.example", "evil.example"),
    ],
)
def test_a_link_whose_words_name_another_host_shows_the_true_one(
    href: str, words: str, host: str
) -> None:
    assert f">[{host}]</span>" in shown(f'<a href="{href}">{words}</a>')


@pytest.mark.parametrize(
    ("href", "words"),
    [
        ("https://bank.example/", "bank.example"),
        ("https://www.bank.example/x", "https://bank.example"),
        ("https://news.bank.example/x", "www.bank.example"),
        ("https://évreux.example/", "évreux.example"),
        ("https://a.example/?b=1&copy=2&amp;c=3", "a.example"),
        ("https://news.example/", "Read version 2.0 of Dr. Martin"),
        ("mailto:a@clinic.example", "a@clinic.example"),
        ("tel:+33123456789", "clinic.example"),
        ("https://news.example/", "a@clinic.example, unsubscribe here"),
    ],
)
def test_an_honest_link_has_no_mark(href: str, words: str) -> None:
    assert "true-host" not in shown(f'<a href="{href}">{words}</a>')


@pytest.mark.parametrize(
    ("href", "address"),
    [
        (" HTTPS://a.example ", "https://a.example"),
        ("http:\\\\a.example\\b", "http://a.example/b"),
        ("https:a.example", "https://a.example"),
        ("ht\ntps://a.exam\tple", "https://a.example"),
        ("https:////a.example?b\\c", "https://a.example?b\\c"),
        ("tel:+331", "tel:+331"),
    ],
)
def test_an_address_is_written_as_a_browser_reads_it(href: str, address: str) -> None:
    assert web_address(href) == address


@pytest.mark.parametrize("href", ["", "a", "/a", "//a", "https://", "mailto:", "ftp://a", "x:y"])
def test_what_is_no_web_or_mail_address_is_no_link(href: str) -> None:
    assert web_address(href) is None


@pytest.mark.parametrize("address", ["http://[", "https://a b", "https://xn--\u0000", "http://:x"])
def test_a_broken_address_still_has_a_host_to_show(address: str) -> None:
    assert isinstance(true_host(address), str)
