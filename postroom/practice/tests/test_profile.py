from tests.support.cast import Cast


def test_language_and_theme_are_ones_own(cast: Cast) -> None:
    browser = cast.browser(cast.rita)
    answer = browser.post("/p/tern/profile", {"language": "fr", "theme": "dark"}, follow=True)
    assert 'lang="fr" data-theme="dark"' in answer.text
    assert "Votre profil est enregistré." in answer.text
    assert 'data-theme="dark"' not in cast.browser(cast.bob).get("/p/tern/").text


def test_an_unknown_language_is_refused(cast: Cast) -> None:
    answer = cast.browser(cast.rita).post("/p/tern/profile", {"language": "xx", "theme": "dark"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_the_system_decides_the_theme_unless_one_says_otherwise(cast: Cast) -> None:
    assert "data-theme" not in cast.browser(cast.rita).get("/p/tern/profile").text
