"""`python -m bench.senders NAME PORT COUNT`: send so many letters, print the seconds it took.

What is written beforehand, the queue, is not in the time; what must be known afterwards is.
"""

import os
import sys
import time
from datetime import UTC, datetime

import django
from django.conf import settings

SENDER = "desk@practice.test"
TEXT = "Good morning,\n\n" + "we look forward to seeing you on Monday at ten. " * 30 + "\n"


def letter(n: int) -> tuple[str, str, str]:
    """To whom, what about, what it says."""
    return f"client{n}@client.test", f"Your appointment {n}", f"{TEXT}{n}\n"


def postroom(port: int, count: int) -> float:
    """Through one lane, with all its commits."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "postroom.settings"
    django.setup()
    from postroom.connections.models import SmtpAccount
    from postroom.kit.processes import Worker
    from postroom.outbox.actions import queue
    from postroom.outbox.lane import Lane
    from postroom.outbox.letter import OutgoingLetter
    from postroom.outbox.models import Message

    account, now = SmtpAccount.objects.get(), datetime.now(UTC)
    for n in range(count):
        to, subject, text = letter(n)
        ours = OutgoingLetter(account, (("", to),), subject, text, not_before=now, level=3)
        queue(account.practice, ours, key=f"bench:{n}", by=None, now=now)
    lane = Lane(account.pk, Worker.this(), lambda: datetime.now(UTC))
    left = Message.objects.exclude(state=Message.SENT)
    began = time.perf_counter()
    lane.start()
    while left.exists():
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    lane.stop(time.monotonic() + 5)
    lane.join()
    return seconds


def over_one_connection(port: int, count: int) -> float:
    """Django's own way: nothing is written down."""
    _configure(port)
    from django.core.mail import EmailMessage, get_connection

    began = time.perf_counter()
    with get_connection() as connection:
        for n in range(count):
            to, subject, text = letter(n)
            EmailMessage(subject, text, SENDER, [to], connection=connection).send()
    return time.perf_counter() - began


def post_office(port: int, count: int) -> float:
    """A queue in the database, sent by one process."""
    _configure(
        port,
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        EMAIL_BACKEND="post_office.EmailBackend",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": f"{os.environ['BENCH_FOLDER']}/office.sqlite3",
                # As safe as ours: what was written down survives a power cut.
                "OPTIONS": {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"},
            }
        },
        POST_OFFICE={
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
            "THREADS_PER_PROCESS": 5,
        },
    )
    from django.core.management import call_command
    from post_office import mail
    from post_office.models import STATUS, Email

    call_command("migrate", verbosity=0)
    for n in range(count):
        to, subject, text = letter(n)
        mail.send(to, SENDER, subject=subject, message=text, priority="medium")
    began = time.perf_counter()
    while Email.objects.exclude(status=STATUS.sent).exists():
        mail.send_queued(processes=1, log_level=2)
    return time.perf_counter() - began


def _configure(port: int, **more: object) -> None:
    settings.configure(EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, USE_TZ=True, **more)
    django.setup()


WAYS = {"postroom": postroom, "django": over_one_connection, "django-post-office": post_office}

if __name__ == "__main__":
    print(WAYS[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3])))
