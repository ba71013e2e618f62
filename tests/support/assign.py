"""Give an unresolved entry to a client, by the product's own verb: `assign ENTRY REFERENCE`."""

import os
import sys

import django


def main(entry: str, reference: str) -> None:
    """Assign as the practice's first member."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
    django.setup()
    from postroom.clients.models import Client  # models exist only after setup
    from postroom.practice.models import Member
    from postroom.register import actions
    from postroom.register.models import Entry

    found = Entry.objects.get(pk=entry)
    client = Client.objects.get(practice=found.practice, reference=reference)
    member = Member.objects.filter(practice=found.practice).order_by("pk").first()
    actions.assign(found, client, by=member)


if __name__ == "__main__":
    main(*sys.argv[1:])
