"""Queue a letter to each address, by the product's own verb: `queue_letters ACCOUNT ADDRESS …`."""

import os
import sys
import uuid
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from postroom.connections.models import SmtpAccount  # noqa: E402  models exist only after setup
from postroom.outbox.actions import queue  # noqa: E402
from postroom.outbox.letter import OutgoingLetter  # noqa: E402


def main(name: str, *addresses: str) -> None:
    account = SmtpAccount.objects.get(name=name)
    run, now = uuid.uuid4().hex, datetime.now(UTC)
    for n, address in enumerate(addresses):
        letter = OutgoingLetter(
            account=account,
            to=((f"Client {n}", address),),
            subject=f"Your appointment {n}",
            text=f"Good morning,\n\nwe see you on Monday. {n}\n",
            not_before=now,
            level=3,
        )
        queue(account.practice, letter, key=f"{run}:{n}", by=None, now=now)


if __name__ == "__main__":
    main(*sys.argv[1:])
