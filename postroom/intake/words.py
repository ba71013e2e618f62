"""What a look at the past says in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.clients.models import Client
from postroom.practice.models import Member, Practice
from postroom.practice.words import words_of


@dataclass(frozen=True)
class Shared:
    """An address of several clients: who of them the reader may know of."""

    address: str
    names: list[str]
    hidden: int
    letters: int


def reasons(waiting: Mapping[str, int], practice: Practice) -> list[str]:
    """Why letters would not be filed, one line each, in the order given."""
    nouns = words_of(practice).within()
    return [_reason(code, count, nouns) for code, count in waiting.items()]


def kind(code: str) -> str:
    """What a sender looks like; "" for a person like any other."""
    return {
        "list": _("Mailing list"),
        "automatic": _("Writes automatically"),
        "laboratory": _("Laboratory?"),
        "supplier": _("Supplier or shop?"),
        "general": _("General address"),
        "often": _("Writes often"),
    }.get(code, "")


def senders(look: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The senders of a look, with what they look like in words."""
    return [{**one, "looks": kind(one["kind"])} for one in look.get("senders", ())]


def shared(look: Mapping[str, Any], member: Member) -> list[Shared]:
    """The shared addresses of a look, with the names this member may read."""
    rows = look.get("shared", ())
    ids = {client for row in rows for client in row["clients"]}
    names = dict(Client.objects.open_to(member).filter(pk__in=ids).values_list("pk", "name"))
    return [
        Shared(
            row["address"],
            [names[one] for one in row["clients"] if one in names],
            sum(one not in names for one in row["clients"]),
            row["letters"],
        )
        for row in rows
    ]


def _reason(code: str, count: int, nouns: Mapping[str, str]) -> str:
    sentences = {
        "unknown-address": lambda: ngettext(
            "%(count)d from an address that no %(client_word)s has",
            "%(count)d from addresses that no %(client_word)s has",
            count,
        ),
        "several-clients": lambda: ngettext(
            "%(count)d from an address that several %(clients_word)s share",
            "%(count)d from addresses that several %(clients_word)s share",
            count,
        ),
        "same-group": lambda: ngettext(
            "%(count)d from an address that one family shares",
            "%(count)d from addresses that one family shares",
            count,
        ),
        "own-address": lambda: ngettext(
            "%(count)d from your own practice", "%(count)d from your own practice", count
        ),
        "professional": lambda: ngettext(
            "%(count)d from a professional: about whom?",
            "%(count)d from professionals: about whom?",
            count,
        ),
        "dmarc": lambda: ngettext(
            "%(count)d whose sender could not be confirmed",
            "%(count)d whose senders could not be confirmed",
            count,
        ),
        "sender-rule": lambda: ngettext(
            "%(count)d set aside by your list of senders",
            "%(count)d set aside by your list of senders",
            count,
        ),
        "no-sender": lambda: ngettext(
            "%(count)d without a sender", "%(count)d without a sender", count
        ),
        "several-senders": lambda: ngettext(
            "%(count)d with several senders", "%(count)d with several senders", count
        ),
    }
    other = ngettext("%(count)d for another reason", "%(count)d for another reason", count)
    said = sentences[code]() if code in sentences else other
    return said % {**nouns, "count": count}
