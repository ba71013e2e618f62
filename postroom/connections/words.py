"""The words for the state of an account: what happened, and what to do about it.

The codes are those of trouble.py; `%(host)s`, `%(port)s`, `%(user)s`, `%(account)s` and
`%(detail)s` are filled in. The server's own words are shown apart, behind «Details».
"""

from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postroom.connections.models import MailAccount
from postroom.connections.providers import provider_of_host

HERE, THERE, TYPED = "here", "there", "typed"
SIDES = {
    HERE: _("On Postroom’s side"),
    THERE: _("On the mail server’s side"),
    TYPED: _("In what was typed for this account"),
}

Text = str | Promise

# code: (what happened, what to do, whose side it is)
TROUBLES: dict[str, tuple[Text, Text, str]] = {
    "host-unknown": (
        _("There is no server called %(host)s."),
        _("Check the spelling. Your mail host’s help pages name the IMAP server."),
        TYPED,
    ),
    "host-private": (
        _("%(host)s is on a private network, where Postroom does not go from this page."),
        _("The person who runs Postroom can add such an account on the machine itself."),
        TYPED,
    ),
    "port-closed": (
        _("%(host)s does not accept connections on port %(port)s."),
        _("The usual port is 993 with TLS, or 143 with STARTTLS."),
        TYPED,
    ),
    "timeout": (
        _("%(host)s did not answer on port %(port)s in time."),
        _("We try again by ourselves. If it lasts, check the port, or ask your mail host."),
        THERE,
    ),
    "no-tls": (
        _("%(host)s offers no encryption on port %(port)s, so no password was sent."),
        _("Choose TLS with port 993. If that fails as well, ask your mail host."),
        THERE,
    ),
    "certificate": (
        _("The certificate of %(host)s could not be verified, so no password was sent."),
        _(
            "Type the server’s name as its certificate has it. If your mail host has its own"
            " certificate authority, add its certificate file."
        ),
        THERE,
    ),
    "sign-in": (
        _("%(host)s did not accept this user name or password. Nothing was changed."),
        _(
            "Check both. Many mail hosts ask for an app password: create one in your mail"
            " account and use it as the password."
        ),
        TYPED,
    ),
    "sign-in-letters": (
        _("%(host)s takes no accents in a user name or password."),
        _("Give the mailbox a password without accents, and type that one."),
        THERE,
    ),
    "token": (
        _("%(host)s did not accept the access token of %(user)s. Nothing was changed."),
        _(
            "A token lives for about an hour, and only for the mailbox it was made for, with the"
            " right to read mail by IMAP. Make a new one and give it here."
        ),
        TYPED,
    ),
    "no-tokens": (
        _("%(host)s takes no access tokens (neither XOAUTH2 nor OAUTHBEARER)."),
        _("Sign in with a password; often it is an app password."),
        THERE,
    ),
    "not-imap": (
        _("What answers on port %(port)s of %(host)s does not speak IMAP."),
        _("Check the server and the port: IMAP is usually port 993 with TLS."),
        TYPED,
    ),
    "imap-off": (
        _("IMAP is switched off for the mailbox %(user)s."),
        _("Switch IMAP on in the settings of your mail account."),
        THERE,
    ),
    "folder-missing": (
        _("The folder “%(detail)s” does not exist in this mailbox."),
        _("Create it in your mail program, or let Postroom create it."),
        THERE,
    ),
    "folder-read-only": (
        _("The folder “%(detail)s” may only be read, so nothing can be moved."),
        _("Give this user the right to move messages, or choose another folder."),
        THERE,
    ),
    "mailbox-full": (
        _("The mailbox of %(user)s is full. Letters are filed here; some wait to be moved."),
        _("Make room in the mailbox; the moves then go on by themselves."),
        THERE,
    ),
    "server-error": (
        _("%(host)s answered with an error."),
        _("We try again by ourselves. If it lasts, show the details to your mail host."),
        THERE,
    ),
    "disconnected": (
        _("%(host)s closed the connection."),
        _("We try again by ourselves; nothing is lost."),
        THERE,
    ),
    "disk-full": (
        _("Postroom’s own disk is full, so no letter is fetched."),
        _("Make room on it; the letters stay on the server until then."),
        HERE,
    ),
    "disk-refuses": (
        _("Postroom cannot use its own folder for mail, so no letter is fetched."),
        _("The details name the file: look at its rights, and whether the disk is well."),
        HERE,
    ),
    "key-missing": (
        _("The key that opens the password of %(account)s is not here."),
        _("Put the key file back, or type the password again."),
        HERE,
    ),
    "resets": (
        _("%(host)s numbers the messages of “%(detail)s” anew again and again."),
        _("Postroom has stopped reading this folder. Ask your mail host to repair it."),
        THERE,
    ),
    "day-limit": (
        _("%(host)s gives programs only so much in a day, and today’s share is fetched."),
        _("Nothing to do: new letters are fetched as ever, and the older ones from tomorrow on."),
        THERE,
    ),
}
OTHER = (
    _("The account could not be checked."),
    _("We try again by ourselves. If it lasts, show the details to your mail host."),
    THERE,
)


# step of a test: (it went well, it did not)
STEPS: dict[str, tuple[Text, Text]] = {
    "name": (_("There is a server called %(host)s."), _("The server %(host)s was not found")),
    "port": (_("It answers on port %(port)s."), _("No connection to %(host)s")),
    "greeting": (_("It speaks IMAP."), _("No conversation with %(host)s")),
    "encryption": (_("The connection is encrypted."), _("No safe connection to %(host)s")),
    "sign-in": (
        _("%(host)s answers, and lets %(user)s in."),
        _("%(host)s does not let %(user)s in"),
    ),
    "folders": (_("The folders can be listed."), _("The folders cannot be listed")),
    "folder": (
        _("The folder “%(detail)s” can be opened."),
        _("The folder “%(detail)s” cannot be used"),
    ),
}
# what a server cannot do: it is said, and no reason not to use it
NOTES: dict[str, Text] = {
    "no-move": _(
        "This server cannot move messages in one step (MOVE). Postroom copies them and then removes"
        " the original, which is slower and just as safe."
    ),
    "no-idle": _(
        "This server does not announce new messages (IDLE). Postroom looks at the interval you"
        " choose."
    ),
}
# what is wrong with one of the three folders: a code of rules.py
FOLDER_FAULTS: dict[str, Text] = {
    "twice": _("This folder is named twice. Each of the three needs its own."),
    "back-to-inbox": _(
        "Filed mail cannot go back to INBOX, where new mail arrives. Choose another."
    ),
    "taken": _("Another workflow of this account uses this folder. Choose another."),
    "round": _(
        "Another workflow of this account uses this folder for something else, so that messages"
        " would go round in circles. Choose another."
    ),
}
KIND_STAYS = _(
    "Messages came by this workflow and are still moved as it says. Add a second workflow instead."
)
# One mailbox cannot be everybody's and one person's alone: said to whom it is to be.
ELSEWHERE = {
    True: _(
        "Your practice has connected this mailbox already, and its mail is everybody’s. It cannot"
        " be your own as well."
    ),
    False: _(
        "A member has connected this mailbox as their own, which nobody else reads. It cannot be"
        " the practice’s as well, unless they switch theirs off under “My mailboxes”."
    ),
}
RESTING_KIND = _(
    "A workflow at rest has this folder, and its messages are moved as it says. Wake that one, or"
    " choose another folder."
)
WILL_BE_MADE = _("The folder “%(detail)s” does not exist yet. It is created when you save.")


@dataclass(frozen=True)
class Words:
    """A sentence, what to do, whose side it is (`ours`: Postroom's); `tone` is a colour's name."""

    sentence: str
    advice: str = ""
    side: str = ""
    tone: str = "green"
    ours: bool = False


def trouble(code: str, **facts: object) -> Words:
    """The words for a code, with what it speaks of: host, port, user, account, detail."""
    sentence, advice, side = TROUBLES.get(code, OTHER)
    said, done = str(sentence) % facts, str(advice) % facts
    return Words(said, done, str(SIDES[side]), "amber", ours=side == HERE)


def state(account: MailAccount) -> Words:
    """How an account is, for the list and the first page."""
    if not account.active:
        return Words(str(_("Switched off. Its mail stays on the server.")), tone="grey")
    if account.trouble:
        return trouble(
            account.trouble,
            host=account.host,
            port=account.port,
            user=account.user,
            account=account.name,
            detail=account.trouble_detail,
        )
    if account.checked_at is None:
        return Words(str(_("Not checked yet.")), tone="grey")
    return Words(str(_("All is well.")))


@dataclass(frozen=True)
class StepWords:
    """One line of a test: what was tried; where it failed, why, whose side it is, what to do."""

    tone: str  # ok, bad, wait
    title: str
    why: Words | None = None
    said: str = ""  # by the server


def step(
    name: str, code: str, detail: str, said: str = "", *, creates: bool, **facts: object
) -> StepWords:
    """The words for one step; `said` are the server's own. `creates`: a missing folder is made on
    saving, so it is well."""
    facts = {**facts, "detail": detail}
    done, failed = STEPS[name]
    if not code:
        return StepWords("ok", str(done) % facts)
    if code == "folder-missing" and creates:
        return StepWords("wait", str(WILL_BE_MADE) % facts)
    said = said or ("" if detail in str(failed) % facts else detail)
    why = trouble(code, **facts)
    provider = provider_of_host(str(facts["host"])) if code in ("sign-in", "imap-off") else None
    if provider and provider.note:
        why = replace(why, advice=str(provider.note))
    return StepWords("bad", str(failed) % facts, why, said)
