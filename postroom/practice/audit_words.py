"""The audit in words: what was done, and to what.

A room that records a new action adds its words here; tests/test_audit_words.py looks through the
source for actions without any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy, ngettext


@dataclass(frozen=True)
class Kind:
    """A kind of object: its words, its table, what it is called by, the address of its page.

    `label` is a field that names nobody's secrets: of clients the reference only, of messages
    nothing. Names are up the stairs; nothing is imported. A page may be of all objects of a kind.
    """

    words: Any
    model: str = ""
    label: str = ""
    url: str = ""


KINDS: dict[str, Kind] = {
    "entry": Kind(gettext_lazy("Message"), "register.Entry", "", "register:entry"),
    "pictures": Kind(gettext_lazy("Pictures from the internet"), "register.PictureChoice"),
    "conversation": Kind(gettext_lazy("Conversation"), "register.Conversation"),
    "internal_note": Kind(gettext_lazy("Internal note"), "register.InternalNote"),
    "drop_folder": Kind(gettext_lazy("Folder of files"), "connections.DropFolder", "name"),
    "client": Kind(gettext_lazy("Record"), "clients.Client", "ref", "register:client"),
    "contact": Kind(gettext_lazy("Contact"), "clients.Contact"),
    "group": Kind(gettext_lazy("Family group"), "clients.Group", "", "clients:group"),
    "sender": Kind(gettext_lazy("Sender"), "clients.SenderRule"),
    "account": Kind(
        gettext_lazy("Email account"), "connections.MailAccount", "name", "connections:account"
    ),
    "mailbox": Kind(gettext_lazy("A member’s own mailbox")),
    "workflow": Kind(gettext_lazy("Workflow of an email account")),
    "smtp": Kind(
        gettext_lazy("Sending account"), "connections.SmtpAccount", "name", "connections:sending"
    ),
    "message": Kind(gettext_lazy("Message to be sent"), "outbox.Message", "", "outbox:message"),
    "sending": Kind(gettext_lazy("Sending")),
    "source": Kind(
        gettext_lazy("Source of data"), "practice.Source", "name", "appointments:sources"
    ),
    "job": Kind(gettext_lazy("Data import"), "practice.Job"),
    "member": Kind(gettext_lazy("Member"), "practice.Member", "name", "practice:member"),
    "invitation": Kind(
        gettext_lazy("Invitation"), "practice.Invitation", "name", "practice:people"
    ),
    "member_address": Kind(gettext_lazy("Address of a member"), "practice.MemberAddress"),
    "role": Kind(gettext_lazy("Role"), "practice.Role", "key", "practice:role"),
    "token": Kind(gettext_lazy("Access token"), "practice.AccessToken", "name", "practice:tokens"),
    "practice": Kind(gettext_lazy("Practice")),
    "closed_day": Kind(gettext_lazy("Closed day"), "practice.ClosedDay", "day"),
    "template": Kind(gettext_lazy("Template"), "outbox.Template", "name", "outbox:template"),
    "audit": Kind(gettext_lazy("Audit log")),
    "key": Kind(gettext_lazy("Key file")),
}

ACTIONS: dict[tuple[str, str], Any] = {
    ("entry", "read"): gettext_lazy("Read a message"),
    ("entry", "download"): gettext_lazy("Downloaded a message or a file of it"),
    ("entry", "export"): gettext_lazy("Had a message made to hand over"),
    ("entry", "hold"): gettext_lazy("Put a message under legal hold"),
    ("entry", "release"): gettext_lazy("Ended a legal hold on a message"),
    ("entry", "file"): gettext_lazy("Took a message in"),
    ("entry", "resolve"): gettext_lazy("Filed a message"),
    ("entry", "ignore"): gettext_lazy("Set a message aside"),
    ("entry", "undo"): gettext_lazy("Took a filing back"),
    ("entry", "unassign"): gettext_lazy("Took a message off a record"),
    ("entry", "take_back"): gettext_lazy("Put a message back in Unresolved"),
    ("entry", "assign"): gettext_lazy("Put a message on another record too"),
    ("entry", "move"): gettext_lazy("Moved a message to another record"),
    ("entry", "about"): gettext_lazy("Said whom a message is about"),
    ("entry", "mark"): gettext_lazy("Noted why a message waits"),
    ("entry", "split"): gettext_lazy("Took a conversation apart"),
    ("entry", "rejoin"): gettext_lazy("Put a conversation together again"),
    ("pictures", "show"): gettext_lazy("Chose to show pictures from the internet"),
    ("pictures", "block"): gettext_lazy("Chose to block pictures from the internet again"),
    ("practice", "open_attachments"): gettext_lazy("Let attachments open directly"),
    ("practice", "shut_attachments"): gettext_lazy("Had attachments downloaded again"),
    ("entry", "note"): gettext_lazy("Wrote an entry by hand"),
    ("entry", "change"): gettext_lazy("Changed an entry written by hand"),
    ("entry", "remove"): gettext_lazy("Removed an entry written by hand"),
    ("entry", "bring_back"): gettext_lazy("Brought a removed entry back"),
    ("entry", "archive"): gettext_lazy("Archived an entry"),
    ("entry", "unarchive"): gettext_lazy("Took an entry out of the archive"),
    ("entry", "cancel"): gettext_lazy("Took a message out of the outbox, and off its record"),
    ("message", "queue"): gettext_lazy("Put a message in the outbox"),
    ("message", "read"): gettext_lazy("Read a message of the outbox"),
    ("message", "sent"): gettext_lazy("A message was sent"),
    ("message", "failed"): gettext_lazy("A message could not be sent"),
    ("message", "uncertain"): gettext_lazy("A message was perhaps sent"),
    ("message", "cancelled"): gettext_lazy("A message was cancelled"),
    ("message", "withdrawn"): gettext_lazy("A message was no longer needed"),
    ("message", "cancel"): gettext_lazy("Cancelled a message"),
    ("message", "send_now"): gettext_lazy("Had a message sent now"),
    ("message", "send_again"): gettext_lazy("Had a message sent again"),
    ("message", "keep"): gettext_lazy("Put a message that was sent in the register"),
    ("message", "mark_sent"): gettext_lazy("Said that a message was sent"),
    ("message", "mark_failed"): gettext_lazy("Said that a message was not sent"),
    ("sending", "hold"): gettext_lazy("Held all sending"),
    ("sending", "resume"): gettext_lazy("Let sending go on"),
    ("sending", "ask"): gettext_lazy("Asked whether messages that came due late are still to go"),
    ("smtp", "add"): gettext_lazy("Added a sending account"),
    ("smtp", "change"): gettext_lazy("Changed a sending account"),
    ("smtp", "activate"): gettext_lazy("Switched a sending account on"),
    ("smtp", "deactivate"): gettext_lazy("Switched a sending account off"),
    ("smtp", "pause"): gettext_lazy("Paused a sending account"),
    ("smtp", "resume"): gettext_lazy("Let a sending account go on"),
    ("sender", "add"): gettext_lazy("Added a sender"),
    ("sender", "change"): gettext_lazy("Changed what a sender is"),
    ("sender", "remove"): gettext_lazy("Removed a sender"),
    ("internal_note", "add"): gettext_lazy("Wrote an internal note"),
    ("internal_note", "remove"): gettext_lazy("Removed an internal note"),
    ("conversation", "close"): gettext_lazy("Closed a conversation"),
    ("conversation", "reopen"): gettext_lazy("Opened a conversation again"),
    ("drop_folder", "add"): gettext_lazy("Added a folder of files"),
    ("drop_folder", "activate"): gettext_lazy("Switched a folder of files on"),
    ("drop_folder", "deactivate"): gettext_lazy("Switched a folder of files off"),
    ("client", "read"): gettext_lazy("Opened a record"),
    ("client", "export"): gettext_lazy("Had a record made to hand over"),
    ("client", "download"): gettext_lazy("Downloaded a record made to hand over"),
    ("client", "hold"): gettext_lazy("Put a record under legal hold"),
    ("client", "release"): gettext_lazy("Ended a legal hold on a record"),
    ("client", "ask_erase"): gettext_lazy("Began to erase a record"),
    ("client", "erase_client"): gettext_lazy("Erased a record"),
    ("group", "export"): gettext_lazy("Had a family group’s records made to hand over"),
    ("group", "download"): gettext_lazy("Downloaded records made to hand over"),
    ("client", "remember_address"): gettext_lazy("Remembered an address"),
    ("client", "forget_address"): gettext_lazy("Forgot an address"),
    ("client", "create_client"): gettext_lazy("Added %(a_client)s"),
    ("client", "edit_client"): gettext_lazy("Changed %(a_client)s"),
    ("client", "merge_client"): gettext_lazy("Merged two %(clients_word)s"),
    ("client", "mark_gone"): gettext_lazy("Marked %(a_client)s as gone"),
    ("client", "add_patient"): gettext_lazy("Added %(a_patient)s"),
    ("client", "edit_patient"): gettext_lazy("Changed %(a_patient)s"),
    ("client", "add_contact"): gettext_lazy("Added a contact"),
    ("client", "edit_contact"): gettext_lazy("Changed a contact"),
    ("client", "remove_contact"): gettext_lazy("Removed a contact"),
    ("client", "merged_client"): gettext_lazy("Merged into another record"),
    ("client", "add_point"): gettext_lazy("Added an address or number"),
    ("client", "edit_point"): gettext_lazy("Changed an address or number"),
    ("client", "remove_point"): gettext_lazy("Removed an address or number"),
    ("client", "edit_correspondent"): gettext_lazy("Changed a correspondent"),
    ("client", "name_readers"): gettext_lazy("Named new readers of a restricted record"),
    ("client", "join_group"): gettext_lazy("Put %(a_client)s in a family group"),
    ("client", "add_note"): gettext_lazy("Added a note to a record"),
    ("client", "edit_note"): gettext_lazy("Changed a note on a record"),
    ("client", "remove_note"): gettext_lazy("Removed a note from a record"),
    ("client", "leave_group"): gettext_lazy("Took %(a_client)s out of a family group"),
    ("contact", "create_correspondent"): gettext_lazy("Added a correspondent"),
    ("contact", "edit_correspondent"): gettext_lazy("Changed a correspondent"),
    ("contact", "add_point"): gettext_lazy("Added an address or number"),
    ("contact", "edit_point"): gettext_lazy("Changed an address or number"),
    ("contact", "remove_point"): gettext_lazy("Removed an address or number"),
    ("group", "rename_group"): gettext_lazy("Renamed a family group"),
    ("practice", "import_clients"): gettext_lazy("Imported %(clients_word)s"),
    ("practice", "mark_gone"): gettext_lazy("Marked missing %(clients_word)s as gone"),
    ("practice", "bring_notes"): gettext_lazy("Imported notes"),
    ("practice", "export_register"): gettext_lazy("Exported the register"),
    ("practice", "found"): gettext_lazy("Set up the practice"),
    ("practice", "change"): gettext_lazy("Changed the practice’s settings"),
    ("practice", "command"): gettext_lazy("Gave a command on the server"),
    ("practice", "retention"): gettext_lazy("Changed how long things are kept"),
    ("practice", "start_retention"): gettext_lazy("Began to erase what is too old"),
    ("practice", "decline_retention"): gettext_lazy("Kept what is too old for now"),
    ("practice", "end_retention"): gettext_lazy("Erased what was too old"),
    ("practice", "trim"): gettext_lazy("Dropped the oldest lines of the audit log"),
    ("closed_day", "add"): gettext_lazy("Added a closed day"),
    ("closed_day", "remove"): gettext_lazy("Removed a closed day"),
    ("source", "import_clients"): gettext_lazy("Imported %(clients_word)s"),
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
    ("account", "rescan"): gettext_lazy("Had a mailbox looked through again"),
    ("account", "deactivate"): gettext_lazy("Switched a mailbox off"),
    ("mailbox", "add"): gettext_lazy("Connected a mailbox of their own"),
    ("mailbox", "change"): gettext_lazy("Changed a mailbox of their own"),
    ("mailbox", "activate"): gettext_lazy("Switched a mailbox of their own on"),
    ("mailbox", "deactivate"): gettext_lazy("Switched a mailbox of their own off"),
    ("workflow", "add"): gettext_lazy("Added a workflow to a mailbox"),
    ("workflow", "change"): gettext_lazy("Changed a workflow of a mailbox"),
    ("workflow", "activate"): gettext_lazy("Switched a workflow on"),
    ("workflow", "deactivate"): gettext_lazy("Switched a workflow off"),
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
    ("token", "api_clients"): gettext_lazy("Brought %(clients_word)s in over the API"),
    ("template", "add"): gettext_lazy("Made a template"),
    ("template", "change"): gettext_lazy("Changed a template"),
    ("template", "archive"): gettext_lazy("Put a template away"),
    ("template", "restore"): gettext_lazy("Took a template into use again"),
    ("audit", "export"): gettext_lazy("Exported the audit log"),
    ("audit", "check"): gettext_lazy("Checked the audit log"),
    ("key", "rotate"): gettext_lazy("Began a new key"),
    ("key", "retire"): gettext_lazy("Dropped the old keys"),
}

# The filter «What»: a group of actions, whatever they were done to; «changes» is all the rest.
READING, FILING, SIGNING_IN, CHANGES = "reading", "filing", "signing-in", "changes"
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    READING: (gettext_lazy("Reading"), ("read", "download", "export", "export_register")),
    FILING: (
        gettext_lazy("Filing"),
        (
            "file",
            "resolve",
            "ignore",
            "undo",
            "unassign",
            "assign",
            "move",
            "about",
            "take_back",
            "mark",
        ),
    ),
    SIGNING_IN: (gettext_lazy("Signing in"), ("sign-in", "sign-out", "sign-in-refused")),
}


def action_words(action: str, kind: str, nouns: Mapping[str, str]) -> str:
    """«Filed a message», with the practice's own nouns; the bare codes for what has no words."""
    found = ACTIONS.get((kind, action))
    return str(found) % nouns if found else f"{action} {kind}".replace("_", " ")


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
