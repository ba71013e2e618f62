from tests.support.cast import Cast


def test_home_shows_who_is_here(cast: Cast) -> None:
    page = cast.browser(cast.alice).get("/p/tern/")
    assert page.status_code == 200
    assert "Alice Moreau" in page.text


def test_the_accounts_lead_to_how_to_and_to_what_waits(cast: Cast) -> None:
    browser = cast.browser(cast.alice)
    page = browser.get("/p/tern/settings/accounts").text
    assert 'class="link" href="/p/tern/help/mailbox"' in page
    assert 'class="link" href="/p/tern/unresolved"' in page
    how_to = browser.get("/p/tern/help/mailbox").text
    assert "Switch IMAP on" in how_to
    assert 'class="btn" href="/p/tern/settings/accounts"' in how_to


def test_accounts_are_absent_without_the_right(cast: Cast) -> None:
    assert "/settings/accounts" in cast.browser(cast.alice).get("/p/tern/").text
    assert "/settings/accounts" not in cast.browser(cast.rita).get("/p/tern/").text
