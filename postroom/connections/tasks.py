"""What the clock calls."""

from django.utils import timezone

from postroom.connections import drafts, standing
from postroom.kit.background import task


@task()
def drop_account_drafts() -> int:
    """Forget mailboxes that somebody began to connect and left, with their passwords."""
    return drafts.drop_old(timezone.now())


@task()
def look_at_domains() -> int:
    """Ask what the domains of sending accounts say of who may send for them."""
    return standing.look_again(timezone.now())
