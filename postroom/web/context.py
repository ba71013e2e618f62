"""What the frame around every page shows. Nothing is asked of the database until it is drawn."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from postroom.connections.models import MailAccount
from postroom.intake import alarms
from postroom.practice import notices, rules
from postroom.practice.models import Member, Notification, Practice
from postroom.practice.words import Words, words_of
from postroom.register.inboxes import inboxes_of, mine, shared, still_open
from postroom.register.models import Conversation, Entry
from postroom.web.addresses import address

HIDDEN = "notices put away"  # in the session: on which day, and which
MANY = 200  # counts end here: «200+» (never COUNT(*) of a whole table on a page)


def house(request: HttpRequest) -> dict[str, Any]:
    """`shell` is None outside a practice: signing in, choosing one, an error.

    The practice's nouns stand beside it, so that a translated sentence may hold them.
    """
    if not hasattr(request, "member"):
        return {"shell": None}
    shell = shell_of(request)
    return {"shell": shell, **shell.words.within()}


def shell_of(request: Any) -> "Shell":
    """One shell for a request, so that a view and the frame ask for a count once."""
    if not hasattr(request, "shell"):
        request.shell = Shell(request.member, request.session.get(HIDDEN, {}))
    return request.shell


@dataclass(frozen=True)
class Item:
    key: str
    words: str
    icon: str
    url: str
    count: str = ""
    counted: bool = False  # there is room for a count, though it may be "" for now
    short: str = ""  # of an inbox: its name where there is little room


class Shell:
    """Navigation, counts and the state of the accounts, for one member."""

    def __init__(self, member: Member, hidden: dict[str, Any] | None = None) -> None:
        self.member = member
        self.practice = member.practice
        self.hidden = hidden or {}

    @cached_property
    def home(self) -> Item:
        return self._item("home", _("Home"), "house", "web:home")

    @cached_property
    def groups(self) -> list[tuple[str, list[Item]]]:
        """The navigation, each group with its heading; the settings come after it."""
        groups = [
            ("", [self.home]),
            (_("Post"), self.post),
            (_("Records"), self.records),
            (_("Sending"), self.sending),
        ]
        return [(words, items) for words, items in groups if items]

    @cached_property
    def tabs(self) -> list[Item]:
        """What a phone's bar, which has room for six, has before «Write»: the inboxes take the
        place of the clients, and two of them that of the first page too."""
        return self.post if self._inboxes > 1 else [self.home, *self.post]

    @cached_property
    def tabs_behind(self) -> list[Item]:
        """What it has behind it."""
        return self.records[1:] if self._inboxes else self.records

    @cached_property
    def beside_tabs(self) -> list[Item]:
        """The pages for which it has no room: they stand on the one that «More» leads to."""
        there = [*self.tabs, *self.tabs_behind]
        every = [self.home, *self.post, *self.records, *self.sending]
        return [item for item in every if item not in there]

    @cached_property
    def behind_more(self) -> set[str]:
        """The pages that «More» leads to."""
        return {item.key for item in (*self.beside_tabs, *self.settings)}

    @cached_property
    def _inboxes(self) -> int:
        return sum(bool(item.short) for item in self.post)

    @cached_property
    def post(self) -> list[Item]:
        items = []
        has_own, has_shared = inboxes_of(self.member)
        if has_own:
            words, icon = _("My inbox"), "inbox"
            count = self._open(mine(self.member))
            item = self._item("my-inbox", words, icon, "register:my_inbox", count)
            items.append(replace(item, short=pgettext("an inbox", "Mine")))
        if has_shared:
            words, icon = _("Shared inbox"), "mailbox"
            count = self._open(shared(self.member))
            item = self._item("shared-inbox", words, icon, "register:shared_inbox", count)
            items.append(replace(item, short=pgettext("an inbox", "Shared")))
        return items + ([self.unresolved] if self.unresolved else [])

    @cached_property
    def unresolved(self) -> Item | None:
        if not self.member.may(rules.RESOLVE):
            return None
        words, icon = _("Unresolved"), "circle-question-mark"
        return self._item("unresolved", words, icon, "register:unresolved", self.waiting)

    @cached_property
    def records(self) -> list[Item]:
        return [
            self._item("clients", self.words.clients, "contact-round", "clients:clients"),
            self._item("register", _("Register"), "book-open-text", "register:register"),
        ]

    @cached_property
    def writes(self) -> Item | None:
        """The way to a new message, for whom may write."""
        if not self.member.may(rules.WRITE):
            return None
        return self._item("compose", _("New message"), "pen-line", "outbox:compose")

    @cached_property
    def sending(self) -> list[Item]:
        outbox = self._item("outbox", _("Outbox"), "send", "outbox:outbox")
        if not self.member.may(rules.WRITE):
            return [outbox]
        return [
            outbox,
            self._item("drafts", _("Drafts"), "file-pen-line", "outbox:drafts"),
            self._item("templates", _("Templates"), "layout-template", "outbox:templates"),
        ]

    @cached_property
    def words(self) -> Words:
        """What the practice calls its clients and patients."""
        return words_of(self.practice)

    @cached_property
    def accounts(self) -> Item | None:
        """The page of the email accounts, for whom may open it."""
        if not self.member.may(rules.SETTINGS):
            return None
        return self._item("accounts", _("Email accounts"), "mail", "connections:accounts")

    @cached_property
    def settings(self) -> list[Item]:
        items = [self.accounts] if self.accounts else []
        if self.member.may(rules.SETTINGS):
            items.append(self._item("sending", _("Sending"), "send", "connections:sending"))
        if self.member.may(rules.RESOLVE):
            items.append(self._item("senders", _("Senders"), "at-sign", "clients:senders"))
        if self.member.may(rules.MEMBERS):
            items.append(self._item("people", _("People"), "users", "practice:people"))
        if self.member.may(rules.SETTINGS):
            items += [
                self._item("health", _("How it stands"), "heart-pulse", "web:health"),
                self._item("practice", _("Practice"), "building-2", "practice:settings"),
                self._item("sources", _("Your system"), "database", "appointments:sources"),
                self._item("drops", _("Files dropped"), "folder-input", "intake:drops"),
                self._item("tokens", _("Access tokens"), "key-round", "practice:tokens"),
            ]
        if self.member.may(rules.AUDIT):
            items.append(self._item("retention", _("Retention"), "hourglass", "custody:retention"))
            items.append(self._item("audit", _("Audit log"), "scroll-text", "practice:audit"))
        return items

    @cached_property
    def all_settings(self) -> Item:
        """All settings behind one item: they are for days when the post can wait."""
        return self._item("settings", _("Settings"), "settings-2", "web:settings")

    @cached_property
    def among_settings(self) -> set[str]:
        """The pages beside which each of the settings has its own item."""
        return {"settings", *(item.key for item in self.settings)}

    @cached_property
    def elsewhere(self) -> bool:
        """Whether this person belongs to another practice too; known from the way in."""
        return bool(getattr(self.member, "elsewhere", False))

    @cached_property
    def search_url(self) -> str:
        return address("register:search", self.practice.slug)

    @cached_property
    def waiting(self) -> str:
        """How many letters wait for a person: "", "7", "200+"."""
        entries = Entry.objects.waiting_for(self.member)
        return bounded(len(entries.values_list("pk", flat=True)[: MANY + 1]))

    @cached_property
    def sync(self) -> "Sync | None":
        accounts = MailAccount.objects.of_practice(self.practice).filter(active=True)
        return Sync.of(list(accounts.only("name", "trouble", "checked_at")))

    @cached_property
    def notices(self) -> list["Notice"]:
        """What this member has to be told of on every page, but for what they have put away for
        today; what is over within a day comes last."""
        now = timezone.now()
        away = self.hidden.get("ids", []) if self.hidden.get("day") == today(self.practice) else []
        return [
            Notice(row.pk, alarms.headline(row), alarms.advice(row), row.since, row.ended_at)
            for row in notices.lately(self.practice, now)
            if row.pk not in away and self._concerns(row)
        ]

    def _open(self, talks: QuerySet[Conversation]) -> str:
        found = still_open(self.member, talks).values_list("pk", flat=True)
        return bounded(len(found[: MANY + 1]))

    def _concerns(self, row: Notification) -> bool:
        return self.member.may(rules.SETTINGS) or row.data.get("owner") == self.member.pk

    def _item(self, key: str, words: str, icon: str, name: str, count: str | None = None) -> Item:
        url = address(name, self.practice.slug)
        return Item(key, words, icon, url, count or "", count is not None)


@dataclass(frozen=True)
class Notice:
    """A line of the banner."""

    pk: int
    sentence: str
    advice: str
    since: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Sync:
    """The accounts in one line: the oldest check, or the first trouble."""

    trouble: str
    checked_at: datetime | None

    @classmethod
    def of(cls, accounts: list[MailAccount]) -> "Sync | None":
        if not accounts:
            return None
        for account in accounts:
            if account.trouble:
                return cls(account.name, account.checked_at)
        times = [account.checked_at for account in accounts if account.checked_at]
        return cls("", min(times) if len(times) == len(accounts) else None)


def today(practice: Practice) -> str:
    """The local date, as a session keeps it."""
    return str(timezone.now().astimezone(practice.zone).date())


def bounded(number: int, most: int = MANY) -> str:
    """A count for the screen: nothing for none, and never more than «200+»."""
    if number > most:
        return f"{most}+"
    return str(number) if number else ""


def at_least(count: str) -> int:
    """The number in a count for the screen, for the plural of its sentence."""
    return int(count.rstrip("+") or 0)
