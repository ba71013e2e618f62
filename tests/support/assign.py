"""Give an unresolved entry to a client, by the product's own verb: `assign ENTRY REFERENCE`."""

import os
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from postroom.clients.models import Client  # noqa: E402  models exist only after setup
from postroom.practice.models import Member  # noqa: E402
from postroom.register import actions  # noqa: E402
from postroom.register.models import Entry  # noqa: E402


def main(entry: str, reference: str) -> None:
    """Resolve as the practice's first member, who saw the entry's present version."""
    found = Entry.objects.get(pk=entry)
    client = Client.objects.get(practice=found.practice, ref=reference)
    member = Member.objects.filter(practice=found.practice).order_by("pk").first()
    now = datetime.now(UTC)
    actions.resolve(found, [client], by=member, now=now, version=found.version)


if __name__ == "__main__":
    main(*sys.argv[1:])
