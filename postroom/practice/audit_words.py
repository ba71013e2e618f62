"""The audit in words: what was done, to what, and which fields changed.

A room that records a new action adds its words here; tests/test_audit_words.py looks through the
source for actions without any.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


@dataclass(frozen=True)
class Kind:
    """A kind of object: its words, its table, what it is called by, the address of its page.

    `label` is a field that names nobody's secrets: of clients the reference only, of messages
    nothing. Names are up the stairs; nothing is imported.
    """

    words: Any
    model: str = ""
    label: str = ""
    url: str = ""


KINDS: dict[str, Kind] = {
    "entry": Kind(gettext_lazy("Message"), "register.Entry", "", "register:entry"),
    "client": Kind(gettext_lazy("Client"), "clients.Client", "ref", "register:client"),
    "account": Kind(
        gettext_lazy("Email account"),
        "connections.MailAccount",
        "name",
        "connections:account",
    ),
    "member": Kind(gettext_lazy("Member"), "practice.Member", "name"),
    "token": Kind(gettext_lazy("Access token"), "practice.AccessToken", "name"),
    "practice": Kind(gettext_lazy("Practice")),
    "audit": Kind(gettext_lazy("Audit log")),
    "key": Kind(gettext_lazy("Key file")),
}

ACTIONS: dict[tuple[str, str], Any] = {
    ("entry", "read"): gettext_lazy("Read a message"),
    ("entry", "download"): gettext_lazy("Downloaded a message or a file of it"),
    ("entry", "file"): gettext_lazy("Took a message in"),
    ("entry", "resolve"): gettext_lazy("Filed a message"),
    ("entry", "ignore"): gettext_lazy("Set a message aside"),
    ("entry", "undo"): gettext_lazy("Took a filing back"),
    ("entry", "unassign"): gettext_lazy("Took a message off a record"),
    ("client", "read"): gettext_lazy("Opened a record"),
    ("client", "remember_address"): gettext_lazy("Remembered an address"),
    ("client", "forget_address"): gettext_lazy("Forgot an address"),
    ("practice", "import_clients"): gettext_lazy("Imported clients"),
    ("practice", "found"): gettext_lazy("Set up the practice"),
    ("practice", "command"): gettext_lazy("Gave a command on the server"),
    ("practice", "trim"): gettext_lazy("Dropped the oldest lines of the audit log"),
    ("account", "add"): gettext_lazy("Connected a mailbox"),
    ("account", "change"): gettext_lazy("Changed a mailbox"),
    ("account", "activate"): gettext_lazy("Switched a mailbox on"),
    ("account", "deactivate"): gettext_lazy("Switched a mailbox off"),
    ("member", "add"): gettext_lazy("Added a member"),
    ("member", "sign_in"): gettext_lazy("Signed in"),
    ("member", "sign_out"): gettext_lazy("Signed out"),
    ("member", "sign_in_refused"): gettext_lazy("Was refused at sign-in"),
    ("token", "add"): gettext_lazy("Made an access token"),
    ("token", "revoke"): gettext_lazy("Revoked an access token"),
    ("audit", "export"): gettext_lazy("Exported the audit log"),
    ("audit", "check"): gettext_lazy("Checked the audit log"),
    ("key", "rotate"): gettext_lazy("Began a new key"),
    ("key", "retire"): gettext_lazy("Dropped the old keys"),
}

# The filter «What»: a group of actions, whatever they were done to; «changes» is all the rest.
READING, FILING, SIGNING_IN, CHANGES = "reading", "filing", "signing-in", "changes"
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    READING: (gettext_lazy("Reading"), ("read", "download", "export")),
    FILING: (gettext_lazy("Filing"), ("file", "resolve", "ignore", "undo", "unassign")),
    SIGNING_IN: (gettext_lazy("Signing in"), ("sign_in", "sign_out", "sign_in_refused")),
}

_FIELDS = {
    "attachment": gettext_lazy("attachment"),
    "before": gettext_lazy("before"),
    "client": gettext_lazy("client"),
    "clients": gettext_lazy("clients"),
    "command": gettext_lazy("command"),
    "created": gettext_lazy("new"),
    "expires_at": gettext_lazy("expires"),
    "fields": gettext_lazy("fields changed"),
    "filing": gettext_lazy("filing"),
    "format": gettext_lazy("format"),
    "key": gettext_lazy("key"),
    "name": gettext_lazy("name"),
    "point": gettext_lazy("address"),
    "reason": gettext_lazy("reason"),
    "rights": gettext_lazy("rights"),
    "shell_user": gettext_lazy("user of the server"),
    "updated": gettext_lazy("changed"),
}
_INNER = ("version", "reason_data", "seal")  # of no use to a reader
MOST = 12  # differences shown


def action_words(action: str, kind: str) -> str:
    """«Filed a message»; the bare codes for what has no words yet."""
    return str(ACTIONS.get((kind, action)) or f"{action} {kind}".replace("_", " "))


def kind_words(kind: str) -> str:
    found = KINDS.get(kind)
    return str(found.words) if found else kind.replace("_", " ")


def finding_words(kind: str, first: int, last: int) -> str:
    """What a check of the chain found, as a sentence."""
    place = {"first": first, "last": last}
    several = 1 if first == last else 2
    match kind:
        case "missing":
            words = ngettext(
                "Line %(first)d was removed.",
                "Lines %(first)d to %(last)d were removed.",
                several,
            )
        case "key":
            words = ngettext(
                "Line %(first)d cannot be checked: its key is not in the key file.",
                "Lines %(first)d to %(last)d cannot be checked: their key is not in the key file.",
                several,
            )
        case "added":
            words = ngettext(
                "Row %(first)d was put in after the end of the log.",
                "Rows %(first)d to %(last)d were put in after the end of the log.",
                several,
            )
        case "unsealed":
            words = ngettext(
                "Row %(first)d waits for its seal for more than ten minutes: does a worker run?",
                "Rows %(first)d to %(last)d wait for their seal for more than ten minutes: does a "
                "worker run?",
                several,
            )
        case _:
            words = ngettext(
                "Line %(first)d was changed, or put in.",
                "Lines %(first)d to %(last)d were changed, or put in.",
                several,
            )
    return words % place


def differences(data: dict[str, Any]) -> list[str]:
    """What the row says beside who, when and what: «filing: unresolved», «name: A → B»."""
    said = list(_told("", data))
    return [*said[:MOST], _("…")] if len(said) > MOST else said


def _told(prefix: str, data: dict[str, Any]) -> list[str]:
    lines = []
    before, after = data.get("from"), data.get("to")
    if before is not None or after is not None:
        lines.append(f"{prefix}{_value(before)} → {_value(after)}")
    for name, value in data.items():
        if name in (*_INNER, "from", "to") or value in (None, "", [], {}):
            continue
        words = prefix + _field(name)
        if isinstance(value, dict):
            lines += _told(f"{words} › ", value)
        elif name not in ("clients", "fields", "rights") and _is_change(value):
            lines.append(f"{words}: {_value(value[0])} → {_value(value[1])}")
        else:
            lines.append(f"{words}: {_value(value)}")
    return lines


def _is_change(value: Any) -> bool:
    """A pair: as it was, as it is."""
    return isinstance(value, list) and len(value) == 2 and not isinstance(value[0], dict | list)


def _field(name: str) -> str:
    return str(_FIELDS.get(name) or name.replace("_", " "))


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return str(value)
