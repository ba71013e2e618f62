"""The list of clients and the search that names one."""

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from postroom.clients.models import Group, GroupMember, Patient
from tests.support.cast import Cast, make_client

PAGE = "/p/tern/clients"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita(cast: Cast) -> Browser:
    return cast.browser(cast.rita)


def names(response: object, key: str = "clients") -> list[str]:
    return [client.name for client in response.context[key]]  # type: ignore[attr-defined]


def test_everybody_stands_there_by_name(cast: Cast, rita: Browser) -> None:
    make_client(cast.practice, "1", "Ada Brook", [])
    make_client(cast.other, "1", "Not Ours", [])
    page = rita.get(PAGE)
    assert names(page) == ["Ada Brook", "Hollis Farrow"]
    assert f'href="/p/tern/clients/{cast.hollis.pk}"' in page.content.decode()


@pytest.mark.parametrize("words", ["farrow", "FARROW hollis", "4182", "joinery"])
def test_a_client_is_found_by_name_number_or_address(cast: Cast, rita: Browser, words: str) -> None:
    make_client(cast.practice, "1", "Ada Brook", [])
    assert names(rita.get(PAGE, {"q": words})) == ["Hollis Farrow"]


def test_nobody_found_says_what_to_try(cast: Cast, rita: Browser) -> None:
    page = rita.get(PAGE, {"q": "<script>alert(1)</script>"}).content.decode()
    assert "No client found for “&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/search"])
def test_a_nul_among_the_words_is_left_out(cast: Cast, rita: Browser, path: str) -> None:
    page = rita.get(f"{path}?q=far%00row")
    assert page.context["words"] == "farrow"
    assert "Hollis Farrow" in page.content.decode()


def test_typing_brings_only_the_list(cast: Cast, rita: Browser) -> None:
    fragment = rita.get(PAGE, {"q": "far"}, headers=HTMX).content.decode().strip()
    assert fragment.startswith('<div id="clients"')
    assert "<html" not in fragment


def test_pages_follow_each_other_even_among_namesakes(cast: Cast, rita: Browser) -> None:
    for n in range(60):
        make_client(cast.practice, f"n{n}", "Ada Brook", [])
    first = rita.get(PAGE)
    assert len(first.context["clients"]) == 50
    rest = rita.get(PAGE, {"after": first.context["next"]})
    shown = [client.pk for client in [*first.context["clients"], *rest.context["clients"]]]
    assert len(shown) == len(set(shown)) == 61


@pytest.mark.parametrize("after", ["x", "999999", "9" * 40])
def test_a_mistyped_page_is_not_there(cast: Cast, rita: Browser, after: str) -> None:
    assert rita.get(PAGE, {"after": after}).status_code == 404


def test_the_page_of_another_practices_client_is_not_there(cast: Cast, rita: Browser) -> None:
    foreign = make_client(cast.other, "1", "Ada Brook", [])
    assert rita.get(PAGE, {"after": foreign.pk}).status_code == 404


def test_a_longer_list_asks_the_database_no_more(
    cast: Cast, rita: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    group = Group.objects.create(practice=cast.practice, name="Brook family")
    for n in range(40):
        client = make_client(cast.practice, f"n{n}", f"Ada Brook {n}", [])
        Patient.objects.create(practice=cast.practice, client=client, ref="1", name="Fig")
        GroupMember.objects.create(practice=cast.practice, group=group, client=client)
    with django_assert_max_num_queries(12):
        rita.get(PAGE)


def test_the_search_offers_at_most_eight(cast: Cast, rita: Browser) -> None:
    for n in range(9):
        make_client(cast.practice, f"n{n}", f"Ada Brook {n}", [])
    page = rita.get(f"{PAGE}/search", {"q": "brook"})
    assert len(names(page, "options")) == 8
    assert "type more to narrow" in page.content.decode()


def test_the_search_says_how_many_it_found(cast: Cast, rita: Browser) -> None:
    make_client(cast.other, "1", "Hollis Elsewhere", [])
    page = rita.get(f"{PAGE}/search", {"q": "hollis"})
    assert names(page, "options") == ["Hollis Farrow"]
    text = page.content.decode()
    assert f'data-client="{cast.hollis.pk}"' in text
    assert "1 found" in text


def test_an_empty_search_offers_nobody(cast: Cast, rita: Browser) -> None:
    assert names(rita.get(f"{PAGE}/search", {"q": " "}), "options") == []


def test_hostile_names_are_only_words(cast: Cast, rita: Browser) -> None:
    make_client(cast.practice, "<b>1", "<script>alert(1)</script>", [])
    for path in (PAGE, f"{PAGE}/search?q=alert"):
        page = rita.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
