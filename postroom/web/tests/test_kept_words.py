"""What templates keep from one page to the next is right on each of them."""

import pytest
from django.template import engines
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from postroom.web.addresses import address


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("web:front", ()),
        ("web:home", ("elm",)),
        ("register:entry", ("elm", 7)),
        ("register:entry", ("elm", 10**15)),
        ("register:entry", ("9", 9)),
        ("register:new_note", ("elm", "phone")),
    ],
)
def test_an_address_is_the_one_that_django_finds(name, args):
    assert [address(name, *args) for _ in range(2)] == [reverse(name, args=args)] * 2


def test_addresses_of_two_practices_are_not_taken_for_each_other():
    assert address("register:entry", "elm", 7) != address("register:entry", "oak", 7)


def test_an_address_that_there_is_not_is_said():
    with pytest.raises(NoReverseMatch):
        address("register:entry", "elm", "seven")


@pytest.mark.parametrize(
    ("source", "english", "french"),
    [
        ('{% translate "Search" %}', "Search", "Chercher"),
        ("{% blocktranslate %}Search{% endblocktranslate %}", "Search", "Chercher"),
        ("{% translate word %}", "Search", "Chercher"),
        ('{% translate "Search" as said %}<{{ said }}>', "<Search>", "<Chercher>"),
        ('{% translate "search"|capfirst %}', "Search", "Search"),
    ],
)
def test_a_sentence_is_said_in_the_language_of_each_page(source, english, french):
    template = engines["django"].from_string("{% load i18n %}" + source)

    def said(language):
        with translation.override(language):
            return template.render({"word": "Search"})

    assert [said(one) for one in ("en", "fr", "en", "fr")] == [english, french] * 2


def test_a_sentence_with_a_word_of_the_page_has_that_word_on_each_page():
    source = "{% load i18n %}{% blocktranslate %}No. {{ ref }}{% endblocktranslate %}"
    template = engines["django"].from_string(source)
    with translation.override("en"):
        assert [template.render({"ref": ref}) for ref in ("7", "<8>")] == ["No. 7", "No. &lt;8&gt;"]


def test_an_icon_named_by_the_page_is_that_of_each_page():
    template = engines["django"].from_string('{% icon shape "s" %}')
    drawn = [template.render({"shape": shape}) for shape in ("mail", "phone", "mail")]
    assert drawn[0] == drawn[2] != drawn[1]


def test_the_text_of_a_pill_is_escaped():
    template = engines["django"].from_string("{% pill said %}")
    said = {"tone": "amber", "icon": "", "text": "<b>"}
    expected = '<span class="pill amber"><span class="ell">&lt;b&gt;</span></span>'
    assert template.render({"said": type("Said", (), said)}) == expected
