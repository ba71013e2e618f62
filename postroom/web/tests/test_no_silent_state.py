"""Whatever stops or delays mail has words on the page «How it stands», and its code in the JSON.

Each case makes a state by its rows. The last test holds the cases against the models' own states
and against every code there are words for: a new one without a case fails.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from postroom.appointments.actions import save_feed
from postroom.connections import words as connection_words
from postroom.connections.models import DropFolder, FolderState, MailAccount, SmtpAccount, Workflow
from postroom.intake import health, health_words
from postroom.intake.models import Sighting
from postroom.kit.background.standing import Standing
from postroom.outbox import rules
from postroom.outbox.actions import queue
from postroom.outbox.models import Message, SendingHold
from postroom.outbox.tests.post import a_letter, make_account
from postroom.practice.jobs import HEART, claim_slot
from postroom.practice.models import Job, Tick
from postroom.register.models import Entry
from tests.support.cast import Cast

HOUR = timedelta(hours=1)


@dataclass
class House:
    """One account that is well, with one folder, in a practice with a living worker."""

    cast: Cast
    account: MailAccount
    workflow: Workflow
    state: FolderState
    monkeypatch: pytest.MonkeyPatch
    settings: Any

    def change(self, row: Any, **fields: Any) -> None:
        type(row).objects.filter(pk=row.pk).update(**fields)

    def letter(self, state: str, age: timedelta = HOUR) -> None:
        Sighting.objects.create(
            practice=self.cast.practice,
            account=self.account,
            workflow=self.workflow,
            folder="Incoming",
            uidvalidity=1,
            uid=1,
            state=state,
            content_key="k",
            received_at=timezone.now() - age,
            seen_at=timezone.now() - age,
        )

    def drop(self, **fields: Any) -> None:
        now = timezone.now()
        given = {"name": "Scanner", "path": "/srv/scans", "checked_at": now} | fields
        DropFolder.objects.create(practice=self.cast.practice, **given)

    def feed(self, trouble: str = "", **fields: Any) -> None:
        url = "https://book.example/agenda.ics"
        now = timezone.now()
        source = save_feed(self.cast.practice, "Agenda", url, 15, by=self.cast.alice, now=now)
        self.change(source, trouble=trouble)
        self.change(source.look, **fields)

    def sends(self, **fields: Any) -> SmtpAccount:
        return make_account(self.cast.practice, **fields)

    def doubt(self) -> None:
        account = self.sends()
        message = queue(self.cast.practice, a_letter(account), key="a", by=None, now=timezone.now())
        before = timezone.now() - HOUR
        self.change(message, state=Message.UNCERTAIN, settled_at=before)

    def wait(self) -> None:
        account = self.sends()
        message = queue(self.cast.practice, a_letter(account), key="a", by=None, now=timezone.now())
        self.change(message, reason=rules.CATCH_UP)

    def job(self, state: str, **fields: Any) -> None:
        given = {"created_at": timezone.now() - HOUR, "kind": "import.clients"} | fields
        Job.objects.create(practice=self.cast.practice, state=state, **given)

    def beat(self, age: timedelta | None) -> None:
        Tick.objects.all().delete()
        if age is not None:
            claim_slot(HEART, (timezone.now() - age).isoformat())

    def tasks(self, **fields: Any) -> None:
        def standing(*, path: str = "", **more: Any) -> Standing:
            return fields["mails" if path else "all"]

        self.monkeypatch.setattr(health, "standing", standing)


@pytest.fixture
def house(cast: Cast, monkeypatch, settings) -> House:
    now = timezone.now()
    account = MailAccount.objects.create(
        practice=cast.practice, name="Desk", host="imap.example", checked_at=now
    )
    workflow = Workflow.objects.create(practice=cast.practice, account=account)
    state = FolderState.objects.create(practice=cast.practice, account=account, folder="Incoming")
    claim_slot(HEART, now.isoformat())
    usage = SimpleNamespace(free=900, total=1000)
    monkeypatch.setattr(health, "LEAST_FREE", 100)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: usage)
    return House(cast, account, workflow, state, monkeypatch, settings)


def unread(house: House) -> None:
    now = timezone.now()
    Entry.objects.create(
        practice=house.cast.practice,
        account=house.account,
        at=now,
        created_at=now,
        filing=Entry.FAILED,
    )


def rest_with_mail(house: House) -> None:
    house.letter(Sighting.STORED)
    house.change(house.account, active=False)


def held(house: House) -> None:
    late = timezone.now() - HOUR
    house.change(house.account, checked_at=late)
    house.change(house.state, lease_by="another:1:1", lease_until=timezone.now() + HOUR)


def paused(house: House) -> None:
    soon = timezone.now() + timedelta(hours=20)
    house.change(house.account, trouble="sign-in", failures=3, retry_at=soon)


def full_disk(house: House) -> None:
    usage = SimpleNamespace(free=40, total=1000)
    house.monkeypatch.setattr(health.shutil, "disk_usage", lambda path: usage)


def no_mail_server(house: House) -> None:
    house.settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def no_key(house: House) -> None:
    house.monkeypatch.setattr(house.settings.KEYRING, "keys", [])


NONE = Standing(0, None, 0)

CASES: dict[str, Callable[[House], object]] = {
    "off": lambda h: h.change(h.account, active=False),
    "off-waiting": rest_with_mail,
    "no-workflow": lambda h: h.workflow.delete(),
    "never": lambda h: h.change(h.account, checked_at=None),
    "late": lambda h: h.change(h.account, checked_at=timezone.now() - HOUR),
    "held": held,
    "paused": paused,
    "resting": lambda h: h.change(h.workflow, active=False),
    "refused": lambda h: h.change(h.state, refusal="mailbox-full", refusals=2),
    "renumbered": lambda h: h.change(h.state, resets=2),
    "gap": lambda h: h.change(
        h.state, counted=4, books={"filed": 1}, counted_at=timezone.now(), gap_since=timezone.now()
    ),
    "fetched": lambda h: h.letter(Sighting.FETCHED),
    "unmoved": lambda h: h.letter(Sighting.STORED),
    "moving": lambda h: h.letter(Sighting.MOVING),
    "copied": lambda h: h.letter(Sighting.COPIED),
    "gone": lambda h: h.letter(Sighting.GONE),
    "stale": lambda h: h.letter(Sighting.STALE),
    "erased": lambda h: h.letter(Sighting.ERASED),
    "unreadable": unread,
    "own": lambda h: h.change(h.account, owner=h.cast.bob, trouble="timeout"),
    "drop-off": lambda h: h.drop(active=False),
    "drop-never": lambda h: h.drop(checked_at=None),
    "drop-late": lambda h: h.drop(checked_at=timezone.now() - HOUR),
    "drop-trouble": lambda h: h.drop(trouble="disk-refuses", trouble_since=timezone.now()),
    "feed-never": lambda h: h.feed(),
    "feed-late": lambda h: h.feed(next_at=timezone.now() - HOUR),
    "feed-trouble": lambda h: h.feed("timeout", trouble_since=timezone.now()),
    "work-stuck": lambda h: h.job(Job.RUNNING, beat_at=timezone.now() - HOUR),
    "work-failed": lambda h: h.job(Job.FAILED, ended_at=timezone.now() - HOUR),
    "sending-held": lambda h: SendingHold.objects.create(
        practice=h.cast.practice, since=timezone.now()
    ),
    "sending-paused": lambda h: h.sends(paused_at=timezone.now(), refused=10),
    "sending-trouble": lambda h: h.sends(trouble="timeout", failures=3),
    "sending-asked": lambda h: h.wait(),
    "sending-doubtful": lambda h: h.doubt(),
    "work-asks": lambda h: h.job(Job.DRAFT, stage="asks"),
    "worker-never": lambda h: h.beat(None),
    "worker-silent": lambda h: h.beat(HOUR),
    "clock-back": lambda h: h.beat(-HOUR),
    "queue-late": lambda h: h.tasks(all=Standing(3, timezone.now() - HOUR, 0), mails=NONE),
    "disk-low": full_disk,
    "no-key": no_key,
    "mail-off": no_mail_server,
    "mail-unsent": lambda h: h.tasks(all=NONE, mails=Standing(0, None, 2)),
    **{
        code: (lambda h, code=code: h.change(h.account, trouble=code, trouble_since=timezone.now()))
        for code in connection_words.TROUBLES
    },
}


def conditions(told: dict[str, Any]) -> list[dict[str, Any]]:
    lists = (told[name] for name in ("accounts", "drop_folders", "feeds", "jobs"))
    parts = [told["machine"], *chain.from_iterable(lists)]
    found = [condition for part in parts for condition in part["conditions"]]
    return [*found, *told["sending"]]


def codes(told: dict[str, Any]) -> list[str]:
    return [condition["code"] for condition in conditions(told)]


def look(cast: Cast) -> tuple[str, dict[str, Any]]:
    browser = cast.browser(cast.alice)
    page = browser.get("/p/tern/settings/health")
    assert page.status_code == 200
    return page.text, browser.get("/p/tern/settings/health.json").json()


def test_a_house_where_all_is_well_says_so(house: House) -> None:
    page, told = look(house.cast)
    assert (told["well"], codes(told)) == (True, [])
    assert "All is well. Every letter on the server is in the books." in page


@pytest.mark.parametrize("code", CASES)
def test_it_has_words_on_the_page_and_its_code_in_the_json(house: House, code: str) -> None:
    CASES[code](house)
    page, told = look(house.cast)
    assert code in codes(told)
    (condition,) = [c for c in conditions(told) if c["code"] == code]
    assert condition["words"]
    assert "%(" not in condition["words"]
    sentence = condition["words"].split(". ")[0]
    assert sentence in page.replace("&#x27;", "'").replace("&amp;", "&")


@pytest.mark.parametrize("state", [s for s, _ in Sighting.STATES])
def test_no_state_of_a_letter_is_silent_but_done(house: House, state: str) -> None:
    house.letter(state)
    assert bool(codes(look(house.cast)[1])) == (state != Sighting.DONE)


@pytest.mark.parametrize("state", [Job.WAITING, Job.RUNNING, Job.FAILED])
def test_no_state_of_long_work_is_silent_that_should_end(house: House, state: str) -> None:
    house.job(state, ended_at=timezone.now() if state == Job.FAILED else None)
    assert codes(look(house.cast)[1])


def test_every_code_with_words_has_a_case() -> None:
    assert set(health_words.WORDS) <= set(CASES)
    assert set(CASES) == set(health_words.WORDS) | set(connection_words.TROUBLES)
