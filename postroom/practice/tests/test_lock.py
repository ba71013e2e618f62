from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from postroom.practice import pins, seats
from postroom.practice.models import AuditEvent, Member, SignedIn
from postroom.practice.sessions import stored_key
from postroom.practice.tests.doors import come_in, desk, is_in, new_session
from tests.support.cast import PASSWORD, Cast

PIN = "7391"
PAGE = "http://testserver/p/tern/clients?q=Farrow"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


@pytest.fixture
def shared(cast: Cast) -> Client:
    """A desk where Bob and then Rita came in, both with a PIN; Rita sits there."""
    for member in (cast.bob, cast.rita):
        pins.set_pin(member.user, PIN if member == cast.bob else "2846")
    browser = come_in(desk(), cast.bob)
    lock(browser)
    return come_in(browser, cast.rita)


def lock(browser: Client, page: str = PAGE):
    return browser.post("/lock", headers={"referer": page})


def seat_of(member: Member) -> SignedIn:
    return SignedIn.objects.get(user=member.user)


def unlock(browser: Client, member: Member, pin: str):
    return browser.post("/lock/open", {"who": seat_of(member).pk, "pin": pin})


def whose(browser: Client) -> str:
    return browser.get("/p/tern/profile").context["shell"].member.name


def test_a_locked_browser_opens_nothing_but_the_lock(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    assert lock(browser).url == "/lock"
    for path in ("/", "/p/tern/", "/p/tern/clients", "/p/tern/profile/security"):
        assert browser.get(path).url == "/lock", path
    assert browser.post("/p/tern/profile", {"theme": "dark"}).url == "/lock"
    cast.bob.refresh_from_db()
    assert cast.bob.theme == "system"


def test_htmx_is_sent_to_the_lock_and_lays_it_into_no_page(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    lock(browser)
    answer = browser.get("/p/tern/pulse", headers={"hx-request": "true"})
    assert "Location" not in answer.headers
    assert answer.headers["HX-Redirect"] == "/lock"


def test_the_stream_of_news_is_closed_to_a_locked_browser(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    lock(browser)
    assert browser.get("/p/tern/events").status_code == 302


def test_the_pin_opens_it_where_one_was(shared: Client, cast: Cast) -> None:
    lock(shared)
    assert unlock(shared, cast.rita, "2846").url == "/p/tern/clients?q=Farrow"
    assert whose(shared) == "Rita Sand"


def test_another_person_goes_on_where_they_were(shared: Client, cast: Cast) -> None:
    lock(shared, "http://testserver/p/tern/profile")
    assert unlock(shared, cast.bob, PIN).url == "/p/tern/clients?q=Farrow"
    assert whose(shared) == "Bob Adeyemi"
    lock(shared)
    assert unlock(shared, cast.rita, "2846").url == "/p/tern/profile"


def test_each_seat_has_a_session_of_its_own_and_a_new_one_each_time(
    shared: Client, cast: Cast
) -> None:
    ritas = shared.session
    ritas["draft"] = "Rita's own"
    ritas.save()
    keys = [new_session(shared)]
    lock(shared)
    for member, pin in ((cast.bob, PIN), (cast.rita, "2846")):
        unlock(shared, member, pin)
        keys.append(new_session(shared))
        assert "draft" not in shared.session
        assert seat_of(member).key == stored_key(keys[-1])
        lock(shared)
    assert len(set(keys)) == 3
    assert not Session.objects.filter(session_key=stored_key(keys[0])).exists()


def test_an_old_cookie_of_an_opened_seat_is_worth_nothing(shared: Client, cast: Cast) -> None:
    stolen = Client()
    stolen.cookies["postroom"] = new_session(shared)
    lock(shared)
    unlock(shared, cast.rita, "2846")
    assert not is_in(stolen)


def test_no_page_names_a_session(shared: Client, cast: Cast) -> None:
    key = new_session(shared)
    lock(shared)
    page = shared.get("/lock").text
    assert "Bob Adeyemi" in page and "Rita Sand" in page
    keys = [key, *SignedIn.objects.values_list("key", flat=True)]
    assert not [one for one in keys if one in page]


def test_somebody_elses_pin_opens_nothing(shared: Client, cast: Cast) -> None:
    lock(shared)
    assert unlock(shared, cast.bob, "2846").status_code == 422
    assert shared.get("/p/tern/").url == "/lock"


def test_five_wrong_pins_and_only_the_password_opens(shared: Client, cast: Cast) -> None:
    lock(shared)
    for left in (4, 3, 2, 1):
        answer = unlock(shared, cast.bob, "0000")
        assert answer.status_code == 422
        assert f"You can try {left} more time" in answer.text
    assert unlock(shared, cast.bob, "0000").url == "/lock"
    page = shared.get("/lock").text
    assert "Bob Adeyemi signs in with the password now." in page
    assert f'href="/sign-in?seat={seat_of(cast.bob).pk}"' in page
    assert unlock(shared, cast.bob, PIN).status_code == 422  # right, and too late
    assert shared.get("/p/tern/").url == "/lock"
    assert 'value="bob@tern.example"' in shared.get(f"/sign-in?seat={seat_of(cast.bob).pk}").text
    come_in(shared, cast.bob)
    assert seats.takes_pin(seat_of(cast.bob))


def test_the_right_pin_forgets_the_wrong_ones(shared: Client, cast: Cast) -> None:
    lock(shared)
    for _ in range(4):
        unlock(shared, cast.rita, "0000")
    assert unlock(shared, cast.rita, "2846").status_code == 302
    assert seat_of(cast.rita).pin_failures == 0


def test_a_pin_is_good_only_at_a_desk_with_the_full_proof(shared: Client, cast: Cast) -> None:
    lock(shared)
    elsewhere = come_in(desk(), cast.alice)
    lock(elsewhere)
    assert "Bob" not in elsewhere.get("/lock").text
    assert unlock(elsewhere, cast.bob, PIN).status_code == 422
    assert elsewhere.get("/p/tern/").url == "/lock"
    assert unlock(Client(), cast.bob, PIN).status_code == 422


def test_after_twelve_hours_the_full_proof_is_asked_again(
    shared: Client, cast: Cast, clock
) -> None:
    lock(shared)
    clock.shift(timedelta(hours=11, minutes=59))
    assert unlock(shared, cast.rita, "2846").status_code == 302
    clock.shift(timedelta(minutes=2))
    assert shared.get("/p/tern/").url == "/sign-in?next=/p/tern/"
    assert shared.get("/lock").url == "/sign-in"
    assert unlock(shared, cast.rita, "2846").status_code == 422


def test_activity_does_not_stretch_the_twelve_hours(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.bob)
    for _ in range(11 * 3):
        clock.shift(timedelta(minutes=20))
        browser.post("/p/tern/profile", {"theme": "dark"})  # writes a message into the session
        assert is_in(browser)
    clock.shift(timedelta(minutes=29))
    browser.get("/p/tern/")
    clock.shift(timedelta(minutes=29))
    browser.get("/p/tern/")
    clock.shift(timedelta(minutes=3))
    assert browser.get("/p/tern/").url == "/sign-in?next=/p/tern/"


def test_left_alone_it_locks_itself_and_does_not_end(cast: Cast, clock) -> None:
    pins.set_pin(cast.bob.user, PIN)
    browser = come_in(desk(), cast.bob)
    clock.shift(timedelta(minutes=30, seconds=-1))
    assert is_in(browser)
    clock.shift(timedelta(minutes=31))
    assert browser.get("/p/tern/clients?q=x").url == "/lock"
    assert unlock(browser, cast.bob, PIN).url == "/p/tern/clients?q=x"


def test_how_long_is_the_practices_choice(cast: Cast, clock) -> None:
    cast.practice.idle_minutes = 5
    cast.practice.save()
    browser = come_in(desk(), cast.bob)
    clock.shift(timedelta(minutes=6))
    assert browser.get("/p/tern/").url == "/lock"


def test_what_a_page_asks_by_itself_keeps_no_seat_open(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.bob)
    page = {"hx-request": "true", "hx-current-url": PAGE, "postroom-background": "yes"}
    for _ in range(30):
        clock.shift(timedelta(minutes=1))
        assert browser.get("/p/tern/pulse", headers=page).status_code == 200
    clock.shift(timedelta(minutes=1))
    answer = browser.get("/p/tern/pulse", headers=page)
    assert answer.headers["HX-Redirect"] == "/lock"
    assert seat_of(cast.bob).page == "/p/tern/clients?q=Farrow"


def test_whoever_types_into_a_page_keeps_it_open(cast: Cast, clock) -> None:
    browser = come_in(desk(), cast.bob)
    for _ in range(40):
        clock.shift(timedelta(minutes=1))
        assert browser.get("/p/tern/pulse", headers={"hx-request": "true"}).status_code == 200


def test_a_frame_inside_a_page_is_not_where_one_goes_on(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    lock(browser)
    browser.get("/p/tern/entries/1/body", headers={"sec-fetch-dest": "iframe"})
    assert seat_of(cast.bob).page == "/p/tern/clients?q=Farrow"


def test_the_page_to_go_on_at_is_of_this_site(cast: Cast) -> None:
    pins.set_pin(cast.bob.user, PIN)
    browser = come_in(desk(), cast.bob)
    lock(browser, "https://evil.example/p/tern/")
    assert unlock(browser, cast.bob, PIN).url == "/"


def test_without_a_pin_the_password_opens_and_leads_back(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    lock(browser)
    page = browser.get("/lock").text
    assert "/lock/open" not in page
    answer = browser.post("/sign-in", {"username": cast.bob.user.email, "password": PASSWORD})
    assert answer.url == "/p/tern/clients?q=Farrow"
    assert SignedIn.objects.count() == 1  # in place of the locked one


def test_signing_in_beside_a_locked_seat_leaves_it_be(shared: Client, cast: Cast) -> None:
    lock(shared)
    come_in(shared, cast.alice)
    assert whose(shared) == "Alice Moreau"
    lock(shared)
    assert unlock(shared, cast.rita, "2846").status_code == 302


def test_signing_out_takes_one_off_the_desk(shared: Client, cast: Cast) -> None:
    lock(shared)
    shared.post("/sign-out")
    page = shared.get("/lock").text
    assert "Rita" not in page and "Bob Adeyemi" in page
    assert unlock(shared, cast.bob, PIN).status_code == 302


def test_who_left_or_is_switched_off_is_not_offered(shared: Client, cast: Cast) -> None:
    lock(shared)
    cast.bob.active = False
    cast.bob.save()
    cast.rita.user.is_active = False
    cast.rita.user.save()
    assert shared.get("/lock").url == "/sign-in"
    for member, pin in ((cast.bob, PIN), (cast.rita, "2846")):
        assert unlock(shared, member, pin).status_code == 422


def test_a_pin_is_no_fresh_proof(shared: Client, cast: Cast) -> None:
    lock(shared)
    unlock(shared, cast.rita, "2846")
    asked = shared.get("/p/tern/profile/security")
    assert asked.url.startswith("/p/tern/profile/confirm?next=")


def test_where_nobody_sits_the_lock_leads_to_the_door(cast: Cast) -> None:
    assert desk().get("/lock").url == "/sign-in"
    assert desk().post("/lock").url == "/sign-in"


def test_an_open_seat_has_no_lock_page(cast: Cast) -> None:
    assert come_in(desk(), cast.bob).get("/lock").url == "/"


def test_the_lock_speaks_the_language_of_whoever_sits_there(cast: Cast) -> None:
    cast.bob.language = "fr"
    cast.bob.save()
    browser = come_in(desk(), cast.bob)
    lock(browser)
    assert '<html lang="fr"' in browser.get("/lock").text


def test_nonsense_at_the_lock_is_refused(shared: Client, cast: Cast) -> None:
    lock(shared)
    for who, pin in (("", PIN), ("x", PIN), ("99999999", PIN), (seat_of(cast.bob).pk, "")):
        assert shared.post("/lock/open", {"who": who, "pin": pin}).status_code == 422
    assert seat_of(cast.bob).pin_failures == 0


def test_the_audit_tells_who_locked_and_opened(shared: Client, cast: Cast) -> None:
    lock(shared)
    unlock(shared, cast.bob, PIN)
    shared.post("/sign-out")
    lines = AuditEvent.objects.filter(practice=cast.practice).order_by("id")
    told = [(line.who.split()[0], line.action) for line in lines]
    assert told == [
        ("Bob", "sign-in"),
        ("Bob", "lock"),
        ("Rita", "sign-in"),
        ("Rita", "lock"),
        ("Bob", "unlock"),
        ("Bob", "sign-out"),
    ]


def test_a_pin_is_kept_stretched_and_mixed_with_the_key(cast: Cast, settings) -> None:
    pins.set_pin(cast.bob.user, PIN)
    assert PIN not in cast.bob.user.pin
    assert pins.is_right(cast.bob.user, PIN)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "k" * 50
    assert not pins.is_right(cast.bob.user, PIN)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert pins.is_right(cast.bob.user, PIN)


@pytest.mark.parametrize("pin", ["0000", "1234", "87654321", "55555"])
def test_a_pin_that_is_guessed_first_is_easy(pin: str) -> None:
    assert pins.is_easy(pin)


@pytest.mark.parametrize("pin", ["7391", "1212", "20461975", "0001"])
def test_others_are_not(pin: str) -> None:
    assert not pins.is_easy(pin)


def test_who_is_switched_off_is_out_at_the_next_request(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    cast.bob.user.is_active = False
    cast.bob.user.save()
    assert browser.get("/p/tern/").url == "/sign-in?next=/p/tern/"


def test_who_left_the_practice_finds_nothing_there(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    cast.bob.active = False
    cast.bob.save()
    assert browser.get("/p/tern/").status_code == 404


def test_a_session_without_a_seat_is_nobodys(cast: Cast) -> None:
    browser = come_in(desk(), cast.bob)
    SignedIn.objects.all().delete()
    assert browser.get("/p/tern/").url == "/sign-in?next=/p/tern/"


def test_what_is_over_is_swept(cast: Cast, clock) -> None:
    come_in(desk(), cast.bob)
    clock.shift(timedelta(hours=6))
    come_in(desk(), cast.rita)
    clock.shift(timedelta(hours=7))
    assert seats.sweep(timezone.now()) == 2
    assert [row.user for row in SignedIn.objects.all()] == [cast.rita.user]
    assert Session.objects.count() == 1
