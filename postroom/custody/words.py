"""What becomes of long work, in words."""

from django.utils.translation import gettext as _

TROUBLES = ("disk", "right", "held", "unexpected")


def trouble(code: str) -> str:
    """Why it failed, and what to do."""
    return {
        "disk": _("This server’s disk is full or refuses to write. Nothing was handed over."),
        "right": _("You may not do this any more. An administrator can change that."),
        "held": _("It was put under legal hold meanwhile. What was erased before that is gone."),
    }.get(code, _("Something went wrong that we did not expect. It can be begun again."))
