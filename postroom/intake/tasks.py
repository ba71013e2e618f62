"""What the clock calls."""

from django.db import connections
from django.utils import timezone

from postroom.connections.mailboxes import cut_hanging
from postroom.intake import alarms, drop_folders, feeds
from postroom.intake.tidying import drop_orphans
from postroom.kit.background import task


@task()
def tidy_mail_folder() -> int:
    """Remove raw mails that no row speaks of, a day after they were written."""
    return drop_orphans(now=timezone.now())


def look_at_feeds() -> None:
    """Hand each feed whose time has come to a worker; a slow one delays no other for long."""
    for pk in feeds.due(timezone.now()):
        look_at_feed.enqueue(pk)


@task()
def look_at_feed(pk: int) -> bool:
    """Look at one feed; harmless when it has been looked at meanwhile."""
    return feeds.look_at(pk, now=timezone.now())


def watch_over() -> int:
    """Look whether everything stands well; its slots are also the worker's heartbeat."""
    cut_hanging()
    return alarms.watch_over(now=timezone.now())


def stand_in() -> int:
    """In the pages' process: tell what the worker cannot tell when it does not run."""
    try:
        return alarms.stand_in(now=timezone.now())
    finally:
        connections.close_all()


def look_at_drop_folders() -> None:
    """Hand each watched folder whose time has come to a worker."""
    for pk in drop_folders.due(timezone.now()):
        look_into_folder.enqueue(pk)


@task()
def look_into_folder(pk: int) -> int:
    """Look into one folder; harmless when somebody has meanwhile."""
    return drop_folders.look_into(pk, now=timezone.now())
