"""What the clock calls."""

from postroom.appointments.matching import link_waiting
from postroom.kit.background import task


@task()
def link_appointments() -> int:
    """Link appointments and due dates with clients that came later."""
    return link_waiting()
