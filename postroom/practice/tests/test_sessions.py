"""A session is known by its cookie, and the cookie is nowhere in the database."""

from asgiref.sync import async_to_sync
from django.contrib.sessions.models import Session
from django.utils import timezone

from postroom.practice.sessions import SessionStore, stored_key


def test_the_cookie_is_not_in_the_database(cast):
    browser = cast.browser(cast.alice)
    cookie = browser.cookies["postroom"].value
    assert [row.session_key for row in Session.objects.all()] == [stored_key(cookie)]
    assert stored_key(cookie) != cookie
    assert browser.get("/p/tern/").status_code == 200


def test_what_stands_in_the_database_opens_nothing(cast):
    browser = cast.browser(cast.alice)
    browser.cookies["postroom"] = stored_key(browser.cookies["postroom"].value)
    assert browser.get("/p/tern/").status_code == 302


def test_signing_out_removes_the_session(cast):
    browser = cast.browser(cast.alice)
    browser.logout()
    assert not Session.objects.exists()


def test_a_session_is_kept_found_changed_renewed_and_forgotten(db):
    session = SessionStore()
    session["colour"] = "green"
    session.save()
    first = session.session_key
    assert SessionStore(first)["colour"] == "green"
    assert session.exists(first) and not session.exists("a" * 32)
    session["colour"] = "blue"
    session.save()
    assert SessionStore(first)["colour"] == "blue"
    session.cycle_key()
    assert session.session_key != first and not session.exists(first)
    assert SessionStore(session.session_key)["colour"] == "blue"
    session.delete()
    assert not Session.objects.exists()
    SessionStore().delete()  # of no session: nothing


def test_a_session_that_is_over_or_unknown_is_empty_and_gets_a_new_key(db):
    session = SessionStore()
    session.create()
    Session.objects.update(expire_date=timezone.now())
    for key in (session.session_key, "b" * 32):
        late = SessionStore(key)
        assert dict(late.items()) == {} and late.session_key is None


def test_it_does_the_same_for_a_page_that_streams(transactional_db):
    async def life() -> list[object]:
        session = SessionStore()
        await session.aset("colour", "green")
        await session.asave()
        key = session.session_key
        seen = [await SessionStore(key).aget("colour"), await session.aexists(key)]
        await session.adelete()
        return [*seen, await session.aexists(key), await SessionStore(key).aget("colour")]

    assert async_to_sync(life)() == ["green", True, False, None]
