"""What the clock calls."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.register import scanning


def scan_files() -> None:
    """Hand new attachments to a worker to be scanned; nothing where none wait."""
    if scanning.is_any_waiting(now=timezone.now()):
        scan_waiting_files.enqueue()


@task()
def scan_waiting_files() -> int:
    """Ask the virus scanner about what waits; harmless when another worker does the same."""
    return scanning.scan_waiting(now=timezone.now())
