import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.utils import timezone

from tests.support.cast import Cast, make_cast


def test_the_browser_chooses_the_language_of_the_door(cast: Cast) -> None:
    page = cast.browser().get("/sign-in", headers={"accept-language": "fr-CH,fr;q=0.9"})
    assert 'lang="fr"' in page.text
    assert page.headers["Content-Language"] == "fr"


def test_a_member_speaks_the_practices_language(cast: Cast) -> None:
    cast.practice.language = "fr"
    cast.practice.save()
    page = cast.browser(cast.bob).get("/p/tern/", headers={"accept-language": "en"})
    assert 'lang="fr"' in page.text
    assert "Comptes e-mail" in page.text


def test_a_members_own_language_comes_first(cast: Cast) -> None:
    cast.practice.language = "fr"
    cast.practice.save()
    cast.bob.language = "en"
    cast.bob.save()
    assert 'lang="en"' in cast.browser(cast.bob).get("/p/tern/").text


def test_times_follow_the_practices_clock(cast: Cast) -> None:
    cast.practice.time_zone = "Pacific/Auckland"
    cast.practice.save()
    cast.browser(cast.bob).get("/p/tern/")
    assert timezone.get_current_timezone_name() == "Pacific/Auckland"
    cast.browser().get("/sign-in")
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize("path", ["/p/tern/", "/p/tern/profile", "/p/tern/nothing", "/p/other/"])
def test_what_a_member_sees_is_kept_nowhere(cast: Cast, path: str) -> None:
    assert "no-store" in cast.browser(cast.bob).get(path).headers["Cache-Control"]


def test_static_files_may_be_kept(cast: Cast) -> None:
    answer = cast.browser(cast.bob).get("/static/web/css/base.css")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "no-store" not in answer.headers["Cache-Control"]


def test_an_unchanged_static_file_is_not_sent_again(cast: Cast) -> None:
    browser = cast.browser()
    first = browser.get("/static/web/mark.svg")
    again = browser.get(
        "/static/web/mark.svg", headers={"if-modified-since": first.headers["Last-Modified"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db(transaction=True)
def test_pages_are_the_same_served_async() -> None:
    cast = make_cast()
    browser = AsyncClient()
    browser.force_login(cast.bob.user)
    page = async_to_sync(browser.get)("/p/tern/")
    assert "Bob Adeyemi" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert async_to_sync(browser.get)("/static/web/mark.svg").status_code == 200
    refused = async_to_sync(browser.post)("/p/tern/events")
    assert refused.status_code == 405
    assert "This address is not a page" in refused.text


def test_what_is_said_after_an_action_lies_in_no_cookie(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    answer = browser.post("/p/tern/profile", {"name": "Bob", "language": "", "theme": "dark"})
    assert "messages" not in answer.cookies
    assert "Your profile is saved." in browser.get(answer.url).text
