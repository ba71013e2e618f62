"""Light formatting: the few marks it knows, and everything else left alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit import light


@pytest.mark.parametrize(
    ("typed", "html", "plain"),
    [
        ("Hello", "<p>Hello</p>", "Hello"),
        ("One\ntwo\n\nthree", "<p>One<br>two</p><p>three</p>", "One\ntwo\n\nthree"),
        ("a **very** *fine* day", "<p>a <strong>very</strong> <em>fine</em> day</p>", None),
        ("**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>", "a b c"),
        ("5*3*2 and 2 * 3 * 4", "<p>5*3*2 and 2 * 3 * 4</p>", "5*3*2 and 2 * 3 * 4"),
        (
            "- one\n- two\n\nend",
            "<ul><li>one</li><li>two</li></ul><p>end</p>",
            "- one\n- two\n\nend",
        ),
        ("1. one\n2) two", "<ol><li>one</li><li>two</li></ol>", "1. one\n2) two"),
        (
            "see [our page](https://x.example/a?b=1&c=2).",
            '<p>see <a href="https://x.example/a?b=1&amp;c=2">our page</a>.</p>',
            "see our page (https://x.example/a?b=1&c=2).",
        ),
        (
            "(https://x.example/a).",
            '<p>(<a href="https://x.example/a">https://x.example/a</a>).</p>',
            "(https://x.example/a).",
        ),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>", "[x](javascript:alert)"),
        (
            '<b>no</b> & "so"',
            "<p>&lt;b&gt;no&lt;/b&gt; &amp; &quot;so&quot;</p>",
            '<b>no</b> & "so"',
        ),
        (r"\*not\* \[so\]", "<p>*not* [so]</p>", "*not* [so]"),
        (r"C:\new", r"<p>C:\new</p>", r"C:\new"),
    ],
)
def test_what_is_typed_becomes(typed: str, html: str, plain: str | None) -> None:
    assert light.html(typed) == html
    assert light.plain(typed) == (typed.replace("*", "") if plain is None else plain)


@given(st.text('ab *[](){}\\-1.https:/x<>&"\n', max_size=80))
def test_nothing_typed_becomes_a_tag_of_another_kind(typed: str) -> None:
    tags = re.findall(r"<[^>]*>", light.html(typed))
    known = re.compile(
        r"</?(?:p|ul|ol|li|strong|em|a)>|<br>|<a href=\"(?:https?|mailto|tel):[^\"<>]*\">"
    )
    assert [tag for tag in tags if not known.fullmatch(tag)] == []


@given(st.text(max_size=60).filter(lambda words: "\n" not in words))
def test_a_value_put_in_stays_what_it_is(value: str) -> None:
    assert light.plain(f"x {light.escape(value)} y") == f"x {value} y"


def test_many_marks_take_no_longer_than_few() -> None:
    assert len(light.html("**" * 20_000)) > 20_000
    assert len(light.html("[" * 20_000)) > 20_000
