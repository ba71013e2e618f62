"""What the composer says: why a letter cannot leave yet, what is asked before it does."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from postroom.outbox import rules
from postroom.outbox.template_fields import FIELDS


def said(code: str, data: Mapping[str, Any], nouns: Mapping[str, str]) -> str:
    """One sentence for a hurdle or for why the outbox did not take a letter."""
    words = {**nouns, **data}
    if code == "unfilled":
        words["words"] = str(next(one.words for one in FIELDS if one.name == data["field"]))
    if "size" in data:
        words |= {name: number_format(data[name] / 1e6, 0) for name in ("size", "most")}
    sentences = {
        "no-account": lambda: _(
            "No account to send with is set up yet. What you write is kept as a draft."
        ),
        "no-recipient": lambda: _("Say to whom it goes."),
        "bad-address": lambda: _("“%(address)s” is not an email address."),
        "unfilled": lambda: _(
            "There is nothing known for {%(field)s} (%(words)s). Write it in its place, or take"
            " it out."
        ),
        "empty": lambda: _("There is neither text nor a file."),
        "too-big": lambda: _(
            "The files are %(size)s MB together; a message can carry %(most)s MB."
        ),
        "past": lambda: _("This moment is over. Choose a later one."),
        "deceased": lambda: _("%(client)s is marked as deceased."),
        "archived": lambda: _("%(client)s is archived: no longer in our care."),
        "patient-died": lambda: _("%(patient)s has died."),
        "minor": lambda: _(
            "%(client)s is not of age, and nobody says this address is that of who is responsible."
        ),
        "blocked": lambda: _("‹%(address)s› is not to be written to."),
        "stranger": lambda: (
            _("‹%(address)s› is not among the addresses of %(client)s.")
            if data.get("client")
            else _("‹%(address)s› is on no record here.")
        ),
        "newer": lambda: _("%(who)s has written in this conversation meanwhile: “%(what)s”"),
        "no-subject": lambda: _("It has no subject."),
        "no-file": lambda: _("The text speaks of something enclosed, and there is no file."),
        rules.TOO_MANY: lambda: _(
            "It goes to %(count)s addresses; one message can go to %(most)s at most."
        ),
        rules.LINE_BREAK: lambda: _("A subject, a name or a file’s name holds a line break."),
        rules.ACCOUNT_OFF: lambda: _("The account “%(account)s” is switched off."),
    }
    if code == rules.TOO_BIG:
        code = "too-big"
    sentence = sentences.get(code, lambda: _("This message cannot be sent as it is."))
    return sentence() % words
