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
    "conversation": Kind(gettext_lazy("Conversation"), "register.Conversation"),
    "drop_folder": Kind(gettext_lazy("Folder of files"), "connections.DropFolder", "name"),
    "client": Kind(gettext_lazy("Client"), "clients.Client", "ref", "register:client"),
    "contact": Kind(gettext_lazy("Contact"), "clients.Contact"),
    "group": Kind(gettext_lazy("Family group"), "clients.Group"),
    "account": Kind(
        gettext_lazy("Email account"), "connections.MailAccount", "name", "connections:account"
    ),
    "source": Kind(gettext_lazy("Source of data"), "practice.Source", "name"),
    "job": Kind(gettext_lazy("Import"), "practice.Job"),
    "member": Kind(gettext_lazy("Member"), "practice.Member", "name"),
    "invitation": Kind(gettext_lazy("Invitation"), "practice.Invitation", "name"),
    "member_address": Kind(gettext_lazy("Address of a member"), "practice.MemberAddress"),
    "role": Kind(gettext_lazy("Role"), "practice.Role", "key"),
    "token": Kind(gettext_lazy("Access token"), "practice.AccessToken", "name"),
    "practice": Kind(gettext_lazy("Practice")),
    "closed_day": Kind(gettext_lazy("Closed day"), "practice.ClosedDay", "day"),
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
    ("conversation", "close"): gettext_lazy("Closed a conversation"),
    ("conversation", "reopen"): gettext_lazy("Opened a conversation again"),
    ("drop_folder", "add"): gettext_lazy("Added a folder of files"),
    ("drop_folder", "activate"): gettext_lazy("Switched a folder of files on"),
    ("drop_folder", "deactivate"): gettext_lazy("Switched a folder of files off"),
    ("client", "read"): gettext_lazy("Opened a record"),
    ("client", "remember_address"): gettext_lazy("Remembered an address"),
    ("client", "forget_address"): gettext_lazy("Forgot an address"),
    ("client", "create_client"): gettext_lazy("Added a client"),
    ("client", "edit_client"): gettext_lazy("Changed a client"),
    ("client", "merge_client"): gettext_lazy("Merged two clients"),
    ("client", "mark_gone"): gettext_lazy("Marked a client as gone"),
    ("client", "add_patient"): gettext_lazy("Added a patient"),
    ("client", "edit_patient"): gettext_lazy("Changed a patient"),
    ("client", "add_contact"): gettext_lazy("Added a contact"),
    ("client", "edit_contact"): gettext_lazy("Changed a contact"),
    ("client", "remove_contact"): gettext_lazy("Removed a contact"),
    ("client", "join_group"): gettext_lazy("Put a client in a family group"),
    ("client", "leave_group"): gettext_lazy("Took a client out of a family group"),
    ("contact", "create_correspondent"): gettext_lazy("Added a correspondent"),
    ("group", "rename_group"): gettext_lazy("Renamed a family group"),
    ("practice", "import_clients"): gettext_lazy("Imported clients"),
    ("practice", "mark_gone"): gettext_lazy("Marked missing clients as gone"),
    ("practice", "found"): gettext_lazy("Set up the practice"),
    ("practice", "change"): gettext_lazy("Changed the practice’s settings"),
    ("practice", "command"): gettext_lazy("Gave a command on the server"),
    ("practice", "trim"): gettext_lazy("Dropped the oldest lines of the audit log"),
    ("closed_day", "add"): gettext_lazy("Added a closed day"),
    ("closed_day", "remove"): gettext_lazy("Removed a closed day"),
    ("source", "import_clients"): gettext_lazy("Imported clients"),
    ("source", "import_appointments"): gettext_lazy("Imported appointments"),
    ("source", "import_due"): gettext_lazy("Imported due dates"),
    ("source", "save_feed"): gettext_lazy("Changed a calendar feed"),
    ("source", "remove_feed"): gettext_lazy("Removed a calendar feed"),
    ("source", "gone_appointments"): gettext_lazy("Marked missing appointments as gone"),
    ("source", "gone_due"): gettext_lazy("Marked missing due dates as gone"),
    ("job", "start_import"): gettext_lazy("Started an import"),
    ("job", "stop_import"): gettext_lazy("Stopped an import"),
    ("account", "add"): gettext_lazy("Connected a mailbox"),
    ("account", "change"): gettext_lazy("Changed a mailbox"),
    ("account", "activate"): gettext_lazy("Switched a mailbox on"),
    ("account", "deactivate"): gettext_lazy("Switched a mailbox off"),
    ("member", "add"): gettext_lazy("Added a member"),
    ("member", "join"): gettext_lazy("Joined the practice"),
    ("member", "change"): gettext_lazy("Changed a member"),
    ("member", "role"): gettext_lazy("Gave a member another role"),
    ("member", "deactivate"): gettext_lazy("Ended a member’s access"),
    ("member", "readmit"): gettext_lazy("Let a former member in again"),
    ("member", "reset-factor"): gettext_lazy("Removed a member’s second factor"),
    ("member", "ask-email"): gettext_lazy("Asked for another email address"),
    ("member", "sign-in"): gettext_lazy("Signed in"),
    ("member", "sign-out"): gettext_lazy("Signed out"),
    ("member", "sign-in-refused"): gettext_lazy("Was refused at sign-in"),
    ("member", "lock"): gettext_lazy("Locked the screen"),
    ("member", "unlock"): gettext_lazy("Unlocked the screen"),
    ("member", "set-pin"): gettext_lazy("Chose a PIN"),
    ("member", "remove-pin"): gettext_lazy("Removed the PIN"),
    ("member", "change-password"): gettext_lazy("Changed the password"),
    ("member", "reset-password"): gettext_lazy("Chose a new password by a link"),
    ("member", "add-factor"): gettext_lazy("Added a second factor"),
    ("member", "remove-factor"): gettext_lazy("Removed a second factor"),
    ("member", "new-recovery-codes"): gettext_lazy("Made new recovery codes"),
    ("member", "use-recovery-code"): gettext_lazy("Used a recovery code"),
    ("member", "add-identity"): gettext_lazy(
        "Signed in with the practice’s provider for the first time"
    ),
    ("member", "end-sessions"): gettext_lazy("Ended other sessions"),
    ("invitation", "invite"): gettext_lazy("Invited somebody"),
    ("invitation", "resend"): gettext_lazy("Sent an invitation again"),
    ("invitation", "withdraw"): gettext_lazy("Withdrew an invitation"),
    ("member_address", "add"): gettext_lazy("Added an address of a member"),
    ("member_address", "remove"): gettext_lazy("Removed an address of a member"),
    ("role", "add"): gettext_lazy("Added a role"),
    ("role", "change"): gettext_lazy("Changed a role"),
    ("role", "remove"): gettext_lazy("Removed a role"),
    ("token", "add"): gettext_lazy("Made an access token"),
    ("token", "revoke"): gettext_lazy("Revoked an access token"),
    ("token", "api_clients"): gettext_lazy("Brought clients in over the API"),
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
    SIGNING_IN: (gettext_lazy("Signing in"), ("sign-in", "sign-out", "sign-in-refused")),
}

_FIELDS = {
    "attachment": gettext_lazy("attachment"),
    "before": gettext_lazy("before"),
    "client": gettext_lazy("client"),
    "clients": gettext_lazy("clients"),
    "command": gettext_lazy("command"),
    "count": gettext_lazy("number"),
    "created": gettext_lazy("new"),
    "expires_at": gettext_lazy("expires"),
    "fields": gettext_lazy("fields changed"),
    "filing": gettext_lazy("filing"),
    "format": gettext_lazy("format"),
    "gone": gettext_lazy("gone"),
    "key": gettext_lazy("key"),
    "kind": gettext_lazy("kind"),
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
