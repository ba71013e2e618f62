"""What the clock calls."""

from django.utils import timezone

from postroom.custody import actions, erasing, exporting, retaining
from postroom.kit.background import task
from postroom.register import list_exports


@task()
def gather_merged() -> int:
    """Follow a merge with what was filed while it happened."""
    return actions.gather(timezone.now())


@task()
def advance_export(job: int) -> None:
    """Go on with what is to be handed over."""
    exporting.advance(job, clock=timezone.now)


@task()
def advance_erasure(job: int) -> None:
    """Go on erasing a client."""
    erasing.advance(job, clock=timezone.now)


@task()
def advance_retention(job: int) -> None:
    """Go on erasing what is too old."""
    retaining.advance(job, clock=timezone.now)


@task()
def keep_no_longer() -> int:
    """Begin the night's run of what is too old to be kept."""
    return retaining.run_all(timezone.now())


@task()
def tidy_exports() -> int:
    """Forget what was handed over a week ago."""
    return exporting.tidy(timezone.now())


@task()
def drop_closed_exports() -> int:
    """Forget what was made and is no longer its member's to open."""
    return exporting.drop_closed() + list_exports.drop_closed()


@task()
def sweep_again() -> bool:
    """Leave nothing of what was erased in the database's journal."""
    return erasing.sweep_again(timezone.now())
