from tests.support.cast import Cast


def test_home_shows_who_is_here(cast: Cast) -> None:
    page = cast.browser(cast.alice).get("/p/tern/")
    assert page.status_code == 200
    assert "Alice Moreau" in page.text


def test_accounts_are_absent_without_the_right(cast: Cast) -> None:
    assert "/settings/accounts" in cast.browser(cast.alice).get("/p/tern/").text
    assert "/settings/accounts" not in cast.browser(cast.rita).get("/p/tern/").text
