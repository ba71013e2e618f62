"""Public holidays that the library of holidays names in no language but its country's own: those
of the United Kingdom and of Ireland, for who reads another."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

OBSERVED = " (observed)"
BETWEEN = "; "  # of two on one day
NAMES = {
    "New Year's Day": gettext_lazy("New Year’s Day"),
    "New Year Holiday": gettext_lazy("New Year holiday"),
    "Saint Brigid's Day": gettext_lazy("Saint Brigid’s Day"),
    "Saint Patrick's Day": gettext_lazy("Saint Patrick’s Day"),
    "Good Friday": gettext_lazy("Good Friday"),
    "Easter Monday": gettext_lazy("Easter Monday"),
    "May Day": gettext_lazy("May Day"),
    "May Bank Holiday": gettext_lazy("May bank holiday"),
    "Spring Bank Holiday": gettext_lazy("Spring bank holiday"),
    "June Bank Holiday": gettext_lazy("June bank holiday"),
    "Battle of the Boyne": gettext_lazy("Battle of the Boyne"),
    "Summer Bank Holiday": gettext_lazy("Summer bank holiday"),
    "Late Summer Bank Holiday": gettext_lazy("Late summer bank holiday"),
    "August Bank Holiday": gettext_lazy("August bank holiday"),
    "October Bank Holiday": gettext_lazy("October bank holiday"),
    "Saint Andrew's Day": gettext_lazy("Saint Andrew’s Day"),
    "Christmas Day": gettext_lazy("Christmas Day"),
    "Boxing Day": gettext_lazy("Boxing Day"),
    "Saint Stephen's Day": gettext_lazy("Saint Stephen’s Day"),
}


def translated(name: str, language: str) -> str:
    """The library's name in this language; as it is where we do not know it."""
    with translation.override(language):
        return BETWEEN.join(_one(part) for part in name.split(BETWEEN))


def _one(name: str) -> str:
    plain = name.removesuffix(OBSERVED)
    known = str(NAMES.get(plain, plain))
    return _("%(holiday)s (observed)") % {"holiday": known} if plain != name else known
