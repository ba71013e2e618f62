"""Which folders of this machine may be watched: only below what the installer allows."""

from pathlib import Path

from django.conf import settings

from postroom.connections.models import DropFolder
from postroom.practice.models import Practice

OWN_PART = "{practice}"
NOT_ALLOWED, MISSING, OURS, TAKEN = "not-allowed", "missing", "ours", "taken"


class Unsuitable(Exception):
    """This folder cannot be watched; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def roots(practice: Practice) -> list[Path]:
    """Below what this practice may have a folder watched; `{practice}` is its own part.

    Where several practices share the installation, a root without it would be everybody's: so it
    is nobody's.
    """
    shared = Practice.objects.exclude(pk=practice.pk).exists()
    given = [root for root in settings.DROP_ROOTS if OWN_PART in root or not shared]
    return [Path(root.replace(OWN_PART, practice.slug)) for root in given]


def real_folder(practice: Practice, path: str) -> Path:
    """The folder without any link in its path. Raises Unsuitable.

    Asked again at each look: whoever may write beside it could put a link in its place.
    """
    # Nothing is said of what lies elsewhere on the machine, not even whether it is there.
    given = Path(path)
    allowed = [root.resolve() for root in roots(practice)]
    try:
        real = given.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        near = given.is_absolute() and any(given.is_relative_to(root) for root in roots(practice))
        raise Unsuitable(MISSING if near and ".." not in given.parts else NOT_ALLOWED) from None
    if not given.is_absolute() or not any(real.is_relative_to(root) for root in allowed):
        raise Unsuitable(NOT_ALLOWED)
    if not real.is_dir():
        raise Unsuitable(MISSING)
    ours = settings.DATA.resolve()
    if real.is_relative_to(ours) or ours.is_relative_to(real):
        raise Unsuitable(OURS)
    return real


def free_folder(practice: Practice, path: str) -> Path:
    """A folder that nobody watches yet, nor one above or below it. Raises Unsuitable."""
    real = real_folder(practice, path)
    for watched in DropFolder.objects.values_list("path", flat=True):
        other = Path(watched)
        if real.is_relative_to(other) or other.is_relative_to(real):
            raise Unsuitable(TAKEN)
    return real
