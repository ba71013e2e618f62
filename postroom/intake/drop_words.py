"""What dropped files say: why one was refused, what stands in a folder's way, how a look went."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from postroom.intake import places, rules
from postroom.intake.models import Dropped

REFUSALS = {
    rules.EMPTY: gettext_lazy("It is empty (0 bytes)."),
    rules.TOO_BIG: gettext_lazy("It is larger than 100 MB."),
    rules.PROGRAM: gettext_lazy("It is a program. Programs are not taken in."),
    rules.ODD: gettext_lazy("It is a link or another odd thing, not a file of its own."),
    rules.UNREADABLE: gettext_lazy("Postroom may not read it."),
    rules.ERASED: gettext_lazy("It was erased here. It is left where it lies."),
}

DISK_REFUSES = gettext_lazy("This server’s disk is full or refuses to write. Try again later.")

# Why a folder cannot be watched: what is said when it is added, and when it stops.
FOLDERS = {
    places.NOT_ALLOWED: gettext_lazy(
        "Postroom may not look there. Whoever looks after the server allows folders."
    ),
    places.MISSING: gettext_lazy("This folder is not there. Check its path, or the drive."),
    places.OURS: gettext_lazy("This is where Postroom keeps its own data. Choose another folder."),
    places.TAKEN: gettext_lazy("This folder, or one above or below it, is watched already."),
    "unreadable": gettext_lazy("Postroom may not read this folder. Give its user the right to."),
    "kept-there": gettext_lazy(
        "Files are taken in but cannot be removed from this folder. Give Postroom’s user the right"
        " to, or let them stay."
    ),
    "disk": gettext_lazy(
        "This server’s disk is full or refuses to write. Files wait where they are."
    ),
}


def outcome(row: Dropped) -> tuple[str, str]:
    """What became of a file: the tone of its mark, and the words."""
    if row.state == Dropped.REFUSED:
        return "amber", str(REFUSALS.get(row.refusal, _("It was refused.")))
    if row.entry is None:
        return "", _("It is no longer in the register.")
    if row.again:
        return "", _("It was here already.")
    if row.entry.is_waiting:
        return "amber", _("Waits in Unresolved")
    return "green", _("Filed")


def summary(rows: Iterable[Dropped]) -> str:
    """A look, or an upload, in one sentence."""
    counts = {"filed": 0, "waiting": 0, "again": 0, "refused": 0}
    for row in rows:
        counts[_count_of(row)] += 1
    said = {
        "filed": ngettext("%d file filed", "%d files filed", counts["filed"]),
        "waiting": ngettext("%d waits in Unresolved", "%d wait in Unresolved", counts["waiting"]),
        "again": ngettext("%d was here already", "%d were here already", counts["again"]),
        "refused": ngettext("%d refused", "%d refused", counts["refused"]),
    }
    parts = [words % counts[key] for key, words in said.items() if counts[key]]
    return ", ".join(parts) + "." if parts else _("Nothing new.")


def _count_of(row: Dropped) -> str:
    if row.state == Dropped.REFUSED:
        return "refused"
    if row.again:
        return "again"
    return "waiting" if row.entry and row.entry.is_waiting else "filed"
