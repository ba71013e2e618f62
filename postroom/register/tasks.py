"""What the clock and the queue call."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.register import list_exports, note_drafts, note_jobs, noting, scanning


@task()
def advance_export(job: int) -> None:
    """Write a long list that somebody asked for."""
    list_exports.advance(job, clock=timezone.now)


@task()
def advance_notes(job: int) -> None:
    """Go on with a file of notes that somebody brought."""
    note_jobs.advance(job, clock=timezone.now)


def scan_files() -> None:
    """Hand new attachments to a worker to be scanned; nothing where none wait."""
    if scanning.is_any_waiting(now=timezone.now()):
        scan_waiting_files.enqueue()


@task()
def scan_waiting_files() -> int:
    """Ask the virus scanner about what waits; harmless when another worker does the same."""
    return scanning.scan_waiting(now=timezone.now())


@task()
def sweep_removed() -> int:
    """Forget what was removed, once that cannot be undone any more."""
    return noting.sweep(timezone.now())


@task()
def sweep_note_drafts() -> int:
    """Forget drafts nobody came back to."""
    return note_drafts.sweep(timezone.now())
