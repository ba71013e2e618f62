"""Look into a folder of dropped files, by the product's own verb: `look PATH`.

The folder is watched from the first look on. Files count as still at once.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from postroom.connections.models import DropFolder  # noqa: E402  models exist only after setup
from postroom.intake import drop_folders  # noqa: E402
from postroom.practice.models import Member  # noqa: E402


def main(path: str) -> None:
    drop_folders.STILL = -1.0
    by, now = Member.objects.select_related("practice").order_by("pk")[0], datetime.now(UTC)
    folder = DropFolder.objects.filter(path=path).first() or drop_folders.add_folder(
        by.practice, "Scanner", Path(path), take_away=True, minutes=1, by=by, now=now
    )
    DropFolder.objects.filter(pk=folder.pk).update(checked_at=None)
    drop_folders.look_into(folder.pk, now=now)


if __name__ == "__main__":
    main(*sys.argv[1:])
