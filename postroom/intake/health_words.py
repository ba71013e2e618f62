"""The words for how things stand: what is so, and what to do about it. The codes are those of
health.py, beside those of a mailbox's troubles, which have theirs in connections/words.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from postroom.appointments.words import feed_trouble
from postroom.connections import words
from postroom.intake import booking

Text = str | Promise
NOTHING = ""

# code: (what is so, what to do about it)
WORDS: dict[str, tuple[Any, Text]] = {
    # sending
    "sending-held": (
        gettext_lazy("Sending is paused by a member: what is written waits in the Outbox."),
        gettext_lazy("Let it go on in the Outbox."),
    ),
    "sending-paused": (
        ngettext_lazy(
            "Held back: %(n)d message in a row was refused by the mail server.",
            "Held back: %(n)d messages in a row were refused by the mail server.",
            "n",
        ),
        gettext_lazy("Look in the Outbox at why, then let the account go on under Sending."),
    ),
    "sending-trouble": (
        gettext_lazy("Nothing leaves: %(said)s"),
        gettext_lazy("Look under Sending. What is written waits; we try again by ourselves."),
    ),
    "sending-asked": (
        ngettext_lazy(
            "%(n)d message came due while nothing could leave, and waits for a decision.",
            "%(n)d messages came due while nothing could leave, and wait for a decision.",
            "n",
        ),
        gettext_lazy("Decide in the Outbox: send them, or take them back."),
    ),
    "sending-doubtful": (
        ngettext_lazy(
            "Of %(n)d message nobody knows whether it was sent.",
            "Of %(n)d messages nobody knows whether they were sent.",
            "n",
        ),
        gettext_lazy("Decide in the Outbox: send it again, or mark it as sent."),
    ),
    # an account
    "off": (
        gettext_lazy("Switched off. Its mail stays on the server."),
        gettext_lazy("Switch it on again when its mail is to be filed."),
    ),
    "off-waiting": (
        ngettext_lazy(
            "Switched off while %(n)d letter was on its way: it is filed here, not moved there.",
            "Switched off while %(n)d letters were on their way: filed here, not moved there.",
            "n",
        ),
        gettext_lazy("Switch it on again, and they are moved."),
    ),
    "no-workflow": (
        gettext_lazy("No folder of this mailbox is followed, so none of its letters comes in."),
        gettext_lazy("Choose its folders."),
    ),
    "never": (
        gettext_lazy("Not checked yet."),
        gettext_lazy("The first look is taken as soon as the worker runs."),
    ),
    "late": (
        gettext_lazy("The mailbox has not been looked through for longer than it should be."),
        gettext_lazy("Press “Check now”. If it stays so, the worker may have to be started again."),
    ),
    "held": (
        gettext_lazy("Another worker of Postroom holds the folder “%(folder)s”."),
        gettext_lazy("Only one worker should run, unless the database is PostgreSQL."),
    ),
    "paused": (
        gettext_lazy("After several refusals we try once a day only, so that nothing is locked."),
        gettext_lazy("When it is mended, press “Check now”."),
    ),
    "resting": (
        gettext_lazy("The folder “%(folder)s” is not followed at present; its letters stay there."),
        NOTHING,
    ),
    "refused": (
        gettext_lazy(
            "The folder “%(folder)s” takes nothing in or gives nothing away. Letters are filed here"
            " and wait to be moved."
        ),
        gettext_lazy("Make room in the mailbox, or look at the rights of that folder."),
    ),
    "renumbered": (
        ngettext_lazy(
            "The server has numbered the messages of “%(folder)s” anew.",
            "The server has numbered the messages of “%(folder)s” anew %(n)d times in a row.",
            "n",
        ),
        gettext_lazy("Everything in it is compared again. If it goes on, ask your mail host."),
    ),
    "gap": (
        ngettext_lazy(
            "%(n)d letter in “%(folder)s” is on the server and not in our books.",
            "%(n)d letters in “%(folder)s” are on the server and not in our books.",
            "n",
        ),
        gettext_lazy("We fetch them by ourselves. If they stay, press “Look again”."),
    ),
    "fetched": (
        ngettext_lazy(
            "%(n)d letter is safe on our disk, but not in the register yet.",
            "%(n)d letters are safe on our disk, but not in the register yet.",
            "n",
        ),
        gettext_lazy("The next look takes them in."),
    ),
    "unmoved": (
        ngettext_lazy(
            "%(n)d letter is filed here and still to be moved on the server.",
            "%(n)d letters are filed here and still to be moved on the server.",
            "n",
        ),
        gettext_lazy("They are moved with the next look that succeeds."),
    ),
    "moving": (
        ngettext_lazy(
            "%(n)d letter was being moved when the connection ended.",
            "%(n)d letters were being moved when the connection ended.",
            "n",
        ),
        gettext_lazy("The next look asks the server where they are."),
    ),
    "copied": (
        ngettext_lazy(
            "%(n)d letter was copied to its folder; the first copy is still to be removed.",
            "%(n)d letters were copied to their folder; the first copies are still to be removed.",
            "n",
        ),
        gettext_lazy("The next look removes them."),
    ),
    "gone": (
        ngettext_lazy(
            "%(n)d letter was taken out of these folders by somebody else. It is kept here whole.",
            "%(n)d letters were taken out of these folders by somebody else. They are kept whole.",
            "n",
        ),
        NOTHING,
    ),
    "stale": (
        ngettext_lazy(
            "%(n)d letter was not found again after the server renumbered a folder.",
            "%(n)d letters were not found again after the server renumbered a folder.",
            "n",
        ),
        gettext_lazy("What is kept here is whole."),
    ),
    "erased": (
        ngettext_lazy(
            "%(n)d letter was erased here. Its copy in the mailbox was left where it lay.",
            "%(n)d letters were erased here. Their copies in the mailbox were left where they lay.",
            "n",
        ),
        gettext_lazy("Delete them there too, if they are to be gone for good."),
    ),
    "unreadable": (
        ngettext_lazy(
            "%(n)d letter could not be read. It waits in Unresolved, whole.",
            "%(n)d letters could not be read. They wait in Unresolved, whole.",
            "n",
        ),
        gettext_lazy("Open them there; each can be downloaded as it came."),
    ),
    "own": (
        gettext_lazy("Something is in the way of this person’s own mailbox."),
        gettext_lazy("Its owner sees what, and can mend it."),
    ),
    # a folder of dropped files
    "drop-off": (gettext_lazy("Switched off. Files stay where they are."), NOTHING),
    "drop-never": (
        gettext_lazy("Not looked at yet."),
        gettext_lazy("The first look is taken as soon as the worker runs."),
    ),
    "drop-late": (
        gettext_lazy("The folder has not been looked through for longer than it should be."),
        gettext_lazy("Is the worker running, and the folder’s disk reachable?"),
    ),
    "drop-trouble": (
        gettext_lazy("The folder %(path)s cannot be used."),
        gettext_lazy("Look at its rights, and whether it is still there."),
    ),
    # a calendar feed: what happened and what to do about it are in the words of appointments
    "feed-never": (
        gettext_lazy("Not looked at yet."),
        gettext_lazy("The first look is taken as soon as the worker runs."),
    ),
    "feed-late": (
        gettext_lazy("The calendar feed has not been read for longer than it should be."),
        gettext_lazy("Start Postroom’s service again. Appointments are as old as shown."),
    ),
    "feed-trouble": (gettext_lazy("The calendar feed could not be read. %(why)s"), NOTHING),
    # long work
    "work-stuck": (
        gettext_lazy("Long work has stood still."),
        gettext_lazy("It goes on by itself when the worker runs."),
    ),
    "work-failed": (
        gettext_lazy("Long work failed."),
        gettext_lazy("Its page says why; it can be begun again."),
    ),
    "work-asks": (
        gettext_lazy("More is too old to be kept than usual. Nothing is erased until you say so."),
        gettext_lazy("Look at Settings, Retention."),
    ),
    # the machine
    "worker-never": (
        gettext_lazy("The worker has not run yet, so no mail is fetched."),
        gettext_lazy("Start `postroom serve` or `postroom worker`."),
    ),
    "worker-silent": (
        gettext_lazy("The worker does not run: no mail is fetched, filed or moved."),
        gettext_lazy("Start Postroom’s service again. Nothing is lost meanwhile."),
    ),
    "clock-back": (
        gettext_lazy("The clock of this machine has been set back, or was ahead before."),
        gettext_lazy("Let the machine keep time by a time server."),
    ),
    "queue-late": (
        ngettext_lazy(
            "%(n)d task has waited for longer than a quarter of an hour.",
            "%(n)d tasks wait, the oldest for longer than a quarter of an hour.",
            "n",
        ),
        gettext_lazy("Start Postroom’s service again; the log says what holds it up."),
    ),
    "disk-low": (
        gettext_lazy("The disk is nearly full: %(free)s are left."),
        gettext_lazy("Make room on it. When it is full, letters stay on the server."),
    ),
    "no-key": (
        gettext_lazy("The key file is not here, so no password can be opened."),
        gettext_lazy("Put the copy of the key file back, and start Postroom again."),
    ),
    "mail-off": (
        gettext_lazy("Postroom has no mail server for its own messages: nobody is told by mail."),
        gettext_lazy("The person who runs Postroom can set POSTROOM_EMAIL_URL."),
    ),
    "mail-unsent": (
        ngettext_lazy(
            "%(n)d message of Postroom’s own could not be sent.",
            "%(n)d messages of Postroom’s own could not be sent.",
            "n",
        ),
        gettext_lazy("Look at POSTROOM_EMAIL_URL, and whether that mail server answers."),
    ),
}
THERE = {"refused", "renumbered", "gone", "stale", "erased", "paused"}
FEED_HERE = {"key-missing", "host-private"}  # troubles of a feed that are this machine's
SETTLED = {"off", "off-waiting", "no-workflow", "resting"}  # what somebody here has chosen

# part of the books: its name, for so many letters
PARTS: dict[str, Text] = {
    booking.FILED: gettext_lazy("filed"),
    booking.WAITING: gettext_lazy("in Unresolved"),
    booking.IGNORED: gettext_lazy("not %(a_client)s’s"),
    booking.UNREADABLE: gettext_lazy("could not be read"),
    booking.UNFILED: gettext_lazy("in an inbox, on no record"),
    booking.ERASED: gettext_lazy("erased here"),
    booking.UNTAKEN: gettext_lazy("not taken in yet"),
    booking.EARLY: gettext_lazy("from before the start date"),
    booking.RENUMBERED: gettext_lazy("from before the server renumbered the folder"),
    booking.OTHERS: gettext_lazy("not put there by Postroom"),
}

# kind of notification: what it is over, once it is
OVER = {
    "account": gettext_lazy("The mailbox “%(account)s” works again."),
    "books": gettext_lazy("The books of “%(account)s” balance again."),
    "sending-paused": gettext_lazy("Messages leave through “%(account)s” again."),
    "sending-trouble": gettext_lazy("Messages leave through “%(account)s” again."),
    "sending-asked": gettext_lazy("No message that came due late waits for a decision any more."),
    "sending-doubtful": gettext_lazy("No message is in doubt any more."),
    "drop": gettext_lazy("The folder “%(name)s” is looked through again."),
    "feed": gettext_lazy("The calendar feed “%(name)s” is read again."),
    "work": gettext_lazy("The work that stood still goes on."),
    "worker-silent": gettext_lazy("The worker runs again."),
    "clock-back": gettext_lazy("The clock is right again."),
    "queue-late": gettext_lazy("No task waits for long any more."),
    "disk-low": gettext_lazy("There is room on the disk again."),
    "no-key": gettext_lazy("The key file is here again."),
    "mail-unsent": gettext_lazy("Postroom’s own messages are sent again."),
}


@dataclass(frozen=True)
class Said:
    """A condition in words. `detail` is the server's own."""

    code: str
    tone: str
    sentence: str
    advice: str
    side: str
    since: datetime | None
    again_at: datetime | None
    detail: str


def say(condition: Any) -> Said:
    """The words for a health.Condition, in the language that is active."""
    sentence, advice, side = about(condition.code, condition.facts)
    return Said(
        condition.code,
        condition.tone,
        sentence,
        advice,
        side,
        condition.since,
        condition.again_at,
        condition.detail if condition.detail not in sentence else "",
    )


def about(code: str, facts: dict[str, Any]) -> tuple[str, str, str]:
    """What is so, what to do, and whose side it is."""
    if code not in WORDS:
        told = words.trouble(code, **{"detail": "", **facts})
        return told.sentence, told.advice, told.side
    sentence, advice = WORDS[code]
    if code == "feed-trouble":
        happened, advice = feed_trouble(facts["why"]) or (NOTHING, NOTHING)
        side = str(words.SIDES[words.HERE]) if facts["why"] in FEED_HERE else ""
        return str(sentence % {"why": happened}), advice, side
    if code == "disk-low":
        facts = facts | {"free": _size(int(facts["free"]))}
    side = str(words.SIDES[words.THERE if code in THERE else words.HERE])
    return str(sentence % facts), str(advice), "" if code in SETTLED else side


def over(kind: str, data: dict[str, Any]) -> str:
    """That something is over."""
    return str(OVER[kind]) % data


def standing(minutes: int, *, stands_by: bool) -> str:
    """How one hears of new mail."""
    if stands_by:
        return _("The server tells us of new mail at once.")
    return _("We look every %(n)d min.") % {"n": minutes}


def _size(octets: int) -> str:
    return _("%s GB") % f"{octets / 10**9:.1f}"
