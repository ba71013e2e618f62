import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from postroom.practice import links, mailing, passwords
from postroom.practice.models import AuditEvent, OneTimeLink
from postroom.practice.tests.doors import come_in, desk, give_app, is_in
from tests.support.cast import Cast

BETTER = "quiet otter under bridge"
SENTENCE = "a link is on its way there"


@pytest.fixture(autouse=True)
def clock(settings):
    settings.ADDRESS = "https://post.tern.example"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def ask(email: str, address: str = "192.0.2.7"):
    return desk().post("/reset", {"email": email}, REMOTE_ADDR=address)


def link_in(mail) -> str:
    """The path of the link in a mail."""
    return re.search(r"https://post\.tern\.example(/reset/\S+)", mail.body)[1]


def choose(path: str, password: str = BETTER):
    return desk().post(path, {"password": password, "again": password})


def sign_in(password: str):
    return desk().post("/sign-in", {"username": "bob@tern.example", "password": password})


def test_a_link_comes_by_mail_and_opens_a_new_password(cast: Cast, queue, mailoutbox) -> None:
    assert SENTENCE in ask(" Bob@Tern.example ").text
    queue.work_off()
    (mail,) = mailoutbox
    assert mail.to == ["bob@tern.example"]
    assert desk().get(link_in(mail)).status_code == 200
    assert choose(link_in(mail)).url == "/sign-in"
    assert sign_in(BETTER).status_code == 302


def test_the_answer_and_the_work_are_the_same_for_an_unknown_address(
    cast: Cast, queue, mailoutbox
) -> None:
    known, unknown = ask("bob@tern.example"), ask("nobody@tern.example")
    assert known.status_code == unknown.status_code == 200
    assert (
        known.text.replace("bob@", "nobody@").partition("</main>")[0].split("csrf")[0]
        == (unknown.text.partition("</main>")[0].split("csrf")[0])
    )
    assert len(queue.waiting) == 2
    sizes = [len(str(one.args)) for one in queue.waiting]
    assert max(sizes) - min(sizes) < 8  # the addresses differ by three letters
    queue.work_off()
    assert [mail.to for mail in mailoutbox] == [["bob@tern.example"]]


def test_what_waits_for_the_worker_tells_neither_address_nor_link(
    cast: Cast, queue, mailoutbox
) -> None:
    ask("bob@tern.example")
    first = str(queue.waiting[0].args)
    passwords.send_link("bob@tern.example", timezone.now())
    second = str(queue.waiting[1].args)
    queue.work_off()
    assert "bob" not in first + second
    assert link_in(mailoutbox[0]).rpartition("/")[2] not in first + second


def test_a_link_is_good_once(cast: Cast, queue, mailoutbox) -> None:
    ask("bob@tern.example")
    queue.work_off()
    path = link_in(mailoutbox[0])
    assert choose(path).status_code == 302
    again = choose(path, "another otter there")
    assert again.status_code == 404
    assert "This link is over" in again.text
    assert sign_in(BETTER).status_code == 302


def test_a_poor_password_does_not_use_the_link_up(cast: Cast, queue, mailoutbox) -> None:
    ask("bob@tern.example")
    queue.work_off()
    assert choose(link_in(mailoutbox[0]), "short").status_code == 422
    assert choose(link_in(mailoutbox[0])).status_code == 302


def test_a_link_is_good_for_an_hour(cast: Cast, queue, mailoutbox, clock) -> None:
    ask("bob@tern.example")
    queue.work_off()
    clock.shift(timedelta(minutes=59))
    assert desk().get(link_in(mailoutbox[0])).status_code == 200
    clock.shift(timedelta(minutes=2))
    assert desk().get(link_in(mailoutbox[0])).status_code == 404
    assert choose(link_in(mailoutbox[0])).status_code == 404


def test_a_new_password_ends_every_session_and_every_other_link(
    cast: Cast, queue, mailoutbox
) -> None:
    browser = come_in(desk(), cast.bob)
    ask("bob@tern.example")
    ask("bob@tern.example")
    queue.work_off()
    first, second = map(link_in, mailoutbox)
    assert choose(second).status_code == 302
    assert not is_in(browser)
    assert not cast.bob.user.signed_in.exists()
    assert choose(first).status_code == 404


@pytest.mark.parametrize("locked", [False, True])
def test_the_link_may_be_opened_where_one_is_signed_in(
    cast: Cast, queue, mailoutbox, locked: bool
) -> None:
    bobs, ritas = come_in(desk(), cast.bob), come_in(desk(), cast.rita)
    if locked:
        bobs.post("/lock")
    ask("bob@tern.example")
    ask("bob@tern.example")
    queue.work_off()
    sent = {"password": BETTER, "again": BETTER}
    answer = bobs.post(link_in(mailoutbox[0]), sent, follow=True)
    assert "Your password is changed. Sign in with it now." in answer.text
    assert not is_in(bobs)
    assert is_in(ritas)


def test_the_second_step_is_still_asked(cast: Cast, queue, mailoutbox) -> None:
    give_app(cast.bob)
    ask("bob@tern.example")
    queue.work_off()
    choose(link_in(mailoutbox[0]))
    assert sign_in(BETTER).url == "/sign-in/proof"


def test_a_password_changed_by_hand_puts_open_links_out(cast: Cast, queue, mailoutbox) -> None:
    ask("bob@tern.example")
    queue.work_off()
    passwords.change(cast.bob.user, BETTER, seat=None, now=timezone.now())
    assert desk().get(link_in(mailoutbox[0])).status_code == 404


def test_no_mailbox_is_filled_with_links(cast: Cast, queue, mailoutbox, clock) -> None:
    for n in range(5):
        ask("bob@tern.example", f"192.0.2.{n}")
    queue.work_off()
    assert len(mailoutbox) == passwords.AT_MOST
    clock.shift(timedelta(minutes=61))
    ask("bob@tern.example")
    queue.work_off()
    assert len(mailoutbox) == passwords.AT_MOST + 1


@pytest.mark.parametrize("email", ["bob@tern.example", "nobody@tern.example"])
def test_asking_again_and_again_has_to_wait(cast: Cast, queue, email: str) -> None:
    for _ in range(5):
        assert ask(email).status_code == 200
    assert ask(email).status_code == 429
    assert len(queue.waiting) == 5


def test_who_may_not_come_in_gets_no_link(cast: Cast, queue, mailoutbox) -> None:
    cast.bob.active = False
    cast.bob.save()
    cast.rita.user.is_active = False
    cast.rita.user.save()
    for email in ("bob@tern.example", "rita@tern.example"):
        ask(email)
    queue.work_off()
    assert mailoutbox == []


def test_without_a_mail_server_the_page_says_so(cast: Cast, settings, queue) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert "Ask an administrator of your practice." in desk().get("/reset").text
    ask("bob@tern.example")
    assert queue.waiting == []


def test_what_is_no_address_is_refused(cast: Cast, queue) -> None:
    for email in ("", "bob", "bob@tern.example\nBcc: x@evil.example"):
        assert ask(email).status_code == 422
    assert queue.waiting == []


def test_the_mail_is_in_the_language_of_its_reader(cast: Cast, monkeypatch) -> None:
    spoken = []
    monkeypatch.setattr(mailing, "send", lambda *_: spoken.append(translation.get_language()))
    cast.bob.language = "fr"
    cast.bob.save()
    passwords.send_link("bob@tern.example", timezone.now())
    passwords.send_link("rita@tern.example", timezone.now())
    assert spoken == ["fr", "en"]


def test_a_link_is_kept_as_a_digest_and_swept_after_a_week(cast: Cast, clock) -> None:
    token = links.make(
        cast.bob.user,
        OneTimeLink.RESET,
        email="bob@tern.example",
        lasts=timedelta(hours=1),
        now=timezone.now(),
    )
    row = OneTimeLink.objects.get()
    assert token not in str(vars(row)) and len(token) >= 43
    assert links.find(token, OneTimeLink.ADDRESS, timezone.now()) is None
    found = links.find(token, OneTimeLink.RESET, timezone.now())
    assert found == row
    assert [links.use(row, timezone.now()), links.use(row, timezone.now())] == [True, False]
    clock.shift(timedelta(days=8))
    assert links.sweep(timezone.now()) == 1


def test_a_reset_stands_in_the_audit(cast: Cast, queue, mailoutbox) -> None:
    ask("bob@tern.example")
    queue.work_off()
    choose(link_in(mailoutbox[0]))
    line = AuditEvent.objects.get(action="reset-password")
    assert (line.practice, line.object_id, line.data) == (cast.practice, cast.bob.pk, {})


def test_a_subject_of_two_lines_is_one_header(db, queue, mailoutbox) -> None:
    mailing.send("bob@tern.example", "One\r\nBcc: x@evil.example", "Text")
    queue.work_off()
    (mail,) = mailoutbox
    assert mail.subject == "One Bcc: x@evil.example"
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mail.recipients() == ["bob@tern.example"]
