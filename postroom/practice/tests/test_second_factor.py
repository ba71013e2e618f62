from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from postroom.kit.crypto import Keyring
from postroom.practice import factors
from postroom.practice.models import AuditEvent, Factor, RecoveryCode
from postroom.practice.tests.doors import SECURITY, code_of, desk, give_app, give_password, is_in
from tests.support.cast import Cast

PROOF = "/sign-in/proof"


@pytest.fixture(autouse=True)
def clock():
    """Time stands still: a code is the same in the whole test."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def test_with_an_app_the_password_alone_opens_nothing(cast: Cast) -> None:
    give_app(cast.bob)
    browser = desk()
    assert give_password(browser, cast.bob).url == PROOF
    assert not is_in(browser)
    assert not cast.bob.user.signed_in.exists()


def test_the_code_of_the_app_lets_in_and_leads_where_one_wanted(cast: Cast) -> None:
    seed, browser = give_app(cast.bob), desk()
    give_password(browser, cast.bob, next="/p/tern/profile")
    answer = browser.post(PROOF, {"code": code_of(seed)})
    assert answer.url == "/p/tern/profile"
    assert is_in(browser)


def test_the_session_after_the_code_is_not_the_one_before(cast: Cast) -> None:
    seed, browser = give_app(cast.bob), desk()
    give_password(browser, cast.bob)
    before = browser.session.session_key
    browser.post(PROOF, {"code": code_of(seed)})
    assert browser.session.session_key != before
    assert "awaited" not in browser.session


def test_a_code_is_good_once(cast: Cast) -> None:
    seed = give_app(cast.bob)
    first, second = desk(), desk()
    for browser in (first, second):
        give_password(browser, cast.bob)
    assert first.post(PROOF, {"code": code_of(seed)}).status_code == 302
    again = second.post(PROOF, {"code": code_of(seed)})
    assert again.status_code == 422
    assert "was used already" in again.text
    assert not is_in(second)


def test_the_code_that_set_the_app_up_is_used_up(cast: Cast) -> None:
    now = timezone.now()
    sealed = factors.new_seed(cast.bob.user)
    seed = factors.seed_of(cast.bob.user, sealed)
    assert factors.set_app(cast.bob.user, sealed, code_of(seed, now), now)
    assert not factors.check_code(cast.bob.user, code_of(seed, now), now)


@pytest.mark.parametrize(("seconds", "good"), [(-61, False), (-30, True), (30, True), (61, False)])
def test_a_clock_may_be_half_a_minute_wrong(cast: Cast, seconds: int, good: bool) -> None:
    seed, now = give_app(cast.bob), timezone.now().replace(second=0, microsecond=0)
    code = code_of(seed, now + timedelta(seconds=seconds))
    assert factors.check_code(cast.bob.user, code, now) is good


def test_an_older_code_than_the_last_one_used_is_refused(cast: Cast) -> None:
    seed, now = give_app(cast.bob), timezone.now()
    assert factors.check_code(cast.bob.user, code_of(seed, now), now)
    before = code_of(seed, now - timedelta(seconds=30))
    assert not factors.check_code(cast.bob.user, before, now)


def test_spaces_in_a_code_do_not_matter(cast: Cast) -> None:
    seed, now = give_app(cast.bob), timezone.now()
    code = code_of(seed, now)
    assert factors.check_code(cast.bob.user, f" {code[:3]} {code[3:]}", now)


def test_one_persons_code_opens_nobody_elses_account(cast: Cast) -> None:
    seed, now = give_app(cast.bob), timezone.now()
    give_app(cast.rita)
    assert not factors.check_code(cast.rita.user, code_of(seed, now), now)


def test_the_second_step_must_follow_within_ten_minutes(cast: Cast, clock) -> None:
    seed, browser = give_app(cast.bob), desk()
    give_password(browser, cast.bob)
    clock.shift(timedelta(minutes=11))
    assert browser.post(PROOF, {"code": code_of(seed)}).url == "/sign-in"
    assert not is_in(browser)


def test_a_password_changed_in_between_begins_anew(cast: Cast) -> None:
    seed, browser = give_app(cast.bob), desk()
    give_password(browser, cast.bob)
    cast.bob.user.set_password("another horse battery")
    cast.bob.user.save()
    assert browser.post(PROOF, {"code": code_of(seed)}).url == "/sign-in"


def test_guessing_codes_has_to_wait_after_five(cast: Cast) -> None:
    seed, browser = give_app(cast.bob), desk()
    give_password(browser, cast.bob)
    wrong = "000000" if code_of(seed) != "000000" else "111111"
    for _ in range(5):
        assert browser.post(PROOF, {"code": wrong}).status_code == 422
    refused = browser.post(PROOF, {"code": code_of(seed)})
    assert refused.status_code == 429
    assert "Try again in 1 minute." in refused.text
    assert not is_in(browser)


def test_guessed_codes_do_not_keep_the_password_out(cast: Cast) -> None:
    give_app(cast.bob)
    browser = desk()
    give_password(browser, cast.bob)
    for _ in range(6):
        browser.post(PROOF, {"code": "999999"})
    assert give_password(desk(), cast.bob).url == PROOF


def test_a_recovery_code_lets_in_once(cast: Cast) -> None:
    give_app(cast.bob)
    codes = factors.new_codes(cast.bob.user, timezone.now())
    browser = desk()
    give_password(browser, cast.bob)
    assert browser.post(PROOF, {"code": codes[3].upper().replace("-", " ")}).status_code == 302
    assert is_in(browser)
    second = desk()
    give_password(second, cast.bob)
    assert second.post(PROOF, {"code": codes[3]}).status_code == 422
    assert factors.codes_left(cast.bob.user) == 9


def test_new_recovery_codes_put_the_old_ones_out(cast: Cast) -> None:
    now = timezone.now()
    old = factors.new_codes(cast.bob.user, now)
    new = factors.new_codes(cast.bob.user, now)
    assert len(set(old + new)) == 20
    assert not factors.use_recovery_code(cast.bob.user, old[0], now)
    assert factors.use_recovery_code(cast.bob.user, new[0], now)


def test_recovery_codes_are_kept_as_digests(cast: Cast) -> None:
    codes = factors.new_codes(cast.bob.user, timezone.now())
    kept = "".join(RecoveryCode.objects.values_list("hash", flat=True))
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


def test_the_seed_is_sealed_for_its_person(cast: Cast) -> None:
    seed = give_app(cast.bob)
    row = Factor.objects.get()
    assert seed not in row.secret_sealed
    Factor.objects.update(user=cast.rita.user)  # moved by hand, under somebody else's account
    browser = desk()
    give_password(browser, cast.rita)
    answer = browser.post(PROOF, {"code": code_of(seed)})
    assert answer.status_code == 422
    assert "key file does not open" in answer.text


def test_without_the_key_the_page_says_so_and_a_recovery_code_still_opens(
    cast: Cast, monkeypatch
) -> None:
    seed = give_app(cast.bob)
    codes = factors.new_codes(cast.bob.user, timezone.now())
    browser = desk()
    give_password(browser, cast.bob)
    monkeypatch.setattr(settings, "KEYRING", Keyring())
    assert browser.post(PROOF, {"code": code_of(seed)}).status_code == 422
    assert browser.post(PROOF, {"code": codes[0]}).status_code == 302


# --- setting it up ---------------------------------------------------------------------------


def pending_seed(browser, member) -> str:
    return factors.seed_of(member.user, browser.session["new_app"])


def test_an_app_is_set_up_by_its_first_code_and_recovery_codes_come_along(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    page = browser.get(f"{SECURITY}/app")
    seed = pending_seed(browser, cast.bob)
    assert "<svg" in page.text
    assert " ".join(seed[n : n + 4] for n in range(0, 32, 4)) in page.text
    answer = browser.post(f"{SECURITY}/app", {"code": code_of(seed)})
    assert answer.text.count("<li><code>") == 10
    assert [row.kind for row in cast.bob.user.factors.all()] == ["totp"]
    assert "new_app" not in browser.session


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_seed(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    browser.get(f"{SECURITY}/app")
    seed = pending_seed(browser, cast.bob)
    wrong = "000000" if code_of(seed) != "000000" else "111111"
    assert browser.post(f"{SECURITY}/app", {"code": wrong}).status_code == 422
    assert not cast.bob.user.factors.exists()
    assert pending_seed(browser, cast.bob) == seed


def test_a_seed_that_waits_is_sealed_in_the_session(cast: Cast) -> None:
    browser = cast.browser(cast.bob)
    browser.get(f"{SECURITY}/app")
    seed = pending_seed(browser, cast.bob)
    decoded = [str(row.get_decoded()) for row in Session.objects.all()]
    assert not [text for text in decoded if seed in text]


def test_with_the_last_factor_go_the_recovery_codes(cast: Cast) -> None:
    give_app(cast.bob)
    factors.new_codes(cast.bob.user, timezone.now())
    browser = cast.browser(cast.bob)
    which = cast.bob.user.factors.get().pk
    assert browser.post(f"{SECURITY}/remove", {"which": which}).url == SECURITY
    assert not cast.bob.user.factors.exists() and not cast.bob.user.recovery_codes.exists()


def test_who_lost_everything_is_given_a_fresh_start(cast: Cast) -> None:
    give_app(cast.bob)
    give_app(cast.rita)
    factors.new_codes(cast.bob.user, timezone.now())
    assert factors.remove_all(cast.bob.user) == 1
    assert not cast.bob.user.recovery_codes.exists()
    assert give_password(desk(), cast.bob).url == "/"
    assert give_password(desk(), cast.rita).url == PROOF


def test_nobody_removes_somebody_elses_factor(cast: Cast) -> None:
    give_app(cast.bob)
    which = cast.bob.user.factors.get().pk
    for sent in (str(which), "nonsense", "9" * 30, ""):
        assert cast.browser(cast.rita).post(f"{SECURITY}/remove", {"which": sent}).url == SECURITY
    assert cast.bob.user.factors.exists()


def test_what_is_done_to_factors_stands_in_the_audit(cast: Cast) -> None:
    seed, browser = give_app(cast.bob), desk()
    give_password(browser, cast.bob)
    browser.post(PROOF, {"code": code_of(seed)})
    browser.post(f"{SECURITY}/codes")
    browser.post(f"{SECURITY}/remove", {"which": cast.bob.user.factors.get().pk})
    lines = AuditEvent.objects.filter(object_id=cast.bob.pk, object_kind="member").order_by("id")
    said = [line.action for line in lines]
    assert said == ["add-factor", "sign-in", "new-recovery-codes", "remove-factor"]
    assert not [line for line in lines if seed in str(line.data)]


def test_recovery_codes_need_a_factor_first(cast: Cast) -> None:
    assert cast.browser(cast.bob).post(f"{SECURITY}/codes").url == SECURITY
    assert not RecoveryCode.objects.exists()


# --- administrators --------------------------------------------------------------------------


def test_an_administrator_has_a_week_for_a_second_factor(cast: Cast, clock) -> None:
    browser = desk()
    give_password(browser, cast.alice)
    assert "days are left for it" in browser.get("/p/tern/").text
    clock.shift(timedelta(days=6, hours=23))
    assert is_in(cast.browser(cast.alice))
    clock.shift(timedelta(hours=2))
    browser = cast.browser(cast.alice)
    assert browser.get("/p/tern/").url == SECURITY
    assert browser.get("/p/tern/settings/accounts").url == SECURITY
    assert "Set up a second factor to go on." in browser.get(SECURITY).text
    give_app(cast.alice)
    assert is_in(browser)


def test_others_need_none(cast: Cast, clock) -> None:
    clock.shift(timedelta(days=30))
    assert is_in(cast.browser(cast.bob))


def test_the_sample_practice_needs_none(cast: Cast, clock, settings) -> None:
    settings.DEMO = True
    clock.shift(timedelta(days=30))
    assert is_in(cast.browser(cast.alice))


def test_htmx_is_led_to_the_second_factor_too(cast: Cast, clock) -> None:
    clock.shift(timedelta(days=8))
    answer = cast.browser(cast.alice).get("/p/tern/pulse", headers={"hx-request": "true"})
    assert answer.headers["HX-Redirect"] == SECURITY
