"""What stands on the desk: one waiting letter, whom it may be from, and what filing it will do."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from postroom.clients.models import Client, Patient
from postroom.connections.models import Workflow
from postroom.kit.text import fold
from postroom.practice.models import Member
from postroom.practice.rules import WRITE
from postroom.practice.words import words_of
from postroom.register import suggestions, words
from postroom.register.clues import capitals
from postroom.register.letters import letter
from postroom.register.likeness import VERY_LIKELY
from postroom.register.models import Entry, EntryQuerySet
from postroom.register.paging import bounded
from postroom.register.reading import Look, Reading, reading
from postroom.register.remembering import remember
from postroom.register.ruling import offered
from postroom.register.suggestions import Candidate
from postroom.register.waiting import Place, following, place

FOUND = 8  # clients shown for words typed without script
KEYS = 3  # the first cards have a key
PATIENTS = 12  # of one client that stand open; a farm has more


@dataclass(frozen=True)
class About:
    """One of a client's own, whom a letter may be about; `named`: it says so."""

    patient: Patient
    named: bool


@dataclass(frozen=True)
class Card:
    """A client one may choose, with the words and the box that go with the choice."""

    client: Client
    pill: words.Pill | None
    speaks_for: list[str]
    speaks_against: list[str]
    chosen: bool
    key: str
    remember: bool
    ticked: bool
    note: str
    also: bool = False  # ticked as another whom it concerns
    patients: tuple[About, ...] = ()
    more_patients: tuple[About, ...] = ()

    @property
    def named(self) -> bool:
        return any(one.named for one in self.patients)


@dataclass(frozen=True)
class Ruling:
    """A kind of sender rule one may make here; `choices` are (what is sent, whom it is about)."""

    words: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Desk:
    entry: Entry
    taken: str  # who has filed it already, in words; "" while it waits
    why: str = ""
    reading: Reading | None = None
    place: Place | None = None
    cards: tuple[Card, ...] = ()
    chosen: Card | None = None
    anybody: Card | None = None  # the box as long as nobody is chosen
    find: str = ""
    nobody_found: bool = False
    folder: str = ""
    rulings: tuple[Ruling, ...] = ()
    next: int | None = None  # once it is taken
    same: str = ""  # how many wait from this sender, in words; "" for this one alone
    also: tuple[int, ...] = ()  # others whom it concerns, named in the address
    adding: bool = False  # whom it concerns besides is being looked for
    may_add: bool = False

    @classmethod
    def of_taken(cls, member: Member, entry: Entry, next: int | None) -> "Desk":
        return cls(entry=entry, taken=words.done(entry, member), next=next)

    @property
    def focus(self) -> Card | None:
        return self.chosen or self.anybody

    @property
    def names(self) -> str:
        """Whom filing it now would file it to, the chosen client first."""
        others = [card for card in self.cards if card.also and not card.chosen]
        return ", ".join(card.client.name for card in (self.chosen, *others) if card)


def desk(
    member: Member,
    rows: EntryQuerySet,
    entry: Entry,
    *,
    asked: int | None = None,
    also: Iterable[int] = (),
    adding: bool = False,
    find: str = "",
    look: Look = Look(),  # noqa: B008 - frozen
    without: Collection[int] | None = None,
) -> Desk:
    """`asked` is the client named in the address, `also` others whom it concerns, `adding`: one
    more of those is looked for; `find` the words looked for. `without`: it is filed, and is to be
    on more records than these."""
    if not entry.may_be_filed and without is None:
        return Desk.of_taken(member, entry, following(rows, entry))
    nouns = words_of(member.practice).within()
    holders = suggestions.holders(member, entry)
    read = letter(entry)
    found = suggestions.candidates(member, entry, holders, read)
    found = [one for one in found if one.client.pk not in (without or ())]
    kept = [pk for pk in also if pk != asked]
    looked_up = _looked_up(member, found, asked, find, kept)
    looked_up = [client for client in looked_up if client.pk not in (without or ())]
    chosen = suggestions.chosen(found, entry, asked)
    if asked in {client.pk for client in looked_up}:
        chosen = asked
    everybody = [_plain(client, holders) for client in looked_up] + found
    likely = {one.client.pk: one.client.name for one in found if one.likelihood == VERY_LIKELY}
    said = {fold(word) for word in capitals(f"{entry.subject}\n{read.text}")}
    cards = tuple(
        replace(
            _card(entry, candidate, holders, likely, candidate.client.pk == chosen, number, nouns),
            also=candidate.client.pk in kept,
            **_about(candidate.client, said),
        )
        for number, candidate in enumerate(everybody, 1)
    )
    picked = next((card for card in cards if card.chosen), None)
    return Desk(
        entry=entry,
        taken="",
        why=words.why(entry, nouns),
        reading=reading(member.practice, entry, look, read),
        place=place(rows, entry) if entry.is_waiting else None,
        cards=cards,
        chosen=picked,
        anybody=_card(entry, None, holders, {}, False, 0, nouns),
        find=find,
        nobody_found=bool(find) and not looked_up,
        folder=_folder(entry),
        rulings=_rulings(member, entry),
        same=_same(rows, entry),
        also=tuple(kept),
        adding=adding and picked is not None,
        may_add=member.may(WRITE),
    )


def _same(rows: EntryQuerySet, entry: Entry) -> str:
    """How many letters wait from this sender, this one among them."""
    if not entry.sender_norm or not entry.is_waiting:
        return ""
    count = bounded(rows.filter(sender_norm=entry.sender_norm))
    return count if count not in ("0", "1") else ""


def _about(client: Client, said: Collection[str]) -> dict[str, Any]:
    """Whom a letter to this client may be about: those it names, then those who are here."""
    theirs = [About(one, fold(one.name) in said) for one in client.patients.all()]
    here = [one for one in theirs if one.named or not (one.patient.archived or one.patient.died_on)]
    here.sort(key=lambda one: not one.named)
    return {"patients": tuple(here[:PATIENTS]), "more_patients": tuple(here[PATIENTS:])}


def _rulings(member: Member, entry: Entry) -> tuple[Ruling, ...]:
    nouns = words_of(member.practice).within()
    kinds = groupby(offered(member, entry), key=lambda pair: pair[0])
    return tuple(
        Ruling(words.ruling(kind, nouns), [(f"{kind} {one}", words.ruled(one)) for _, one in pairs])
        for kind, pairs in kinds
    )


def _card(
    entry: Entry,
    candidate: Candidate | None,
    holders: dict[int, str],
    likely: dict[int, str],
    chosen: bool,
    number: int,
    nouns: Mapping[str, str],
) -> Card:
    pk = candidate.client.pk if candidate else None
    # Nobody chosen yet: without script this box stays as it is whoever is chosen then.
    only_named = candidate is None or candidate.only_named
    hinted = candidate is not None and candidate.hinted
    box = remember(
        *(entry, pk, set(holders)),
        only_named=only_named,
        hinted=hinted,
        very_likely=pk in likely,
        others_likelier=bool(likely) and pk not in likely,
    )
    why_not = "undecided" if candidate is None and box.why_not == "only-named" else box.why_not
    others = likely if why_not == "likelier" else holders
    return Card(
        client=candidate.client if candidate else Client(),
        pill=words.likelihood(candidate.likelihood) if candidate and candidate.likelihood else None,
        speaks_for=[words.tick(code, nouns) for code in candidate.speaks_for] if candidate else [],
        speaks_against=[words.tick(code, nouns) for code in candidate.speaks_against]
        if candidate
        else [],
        chosen=chosen,
        key=str(number) if 0 < number <= KEYS else "",
        remember=box.offered,
        ticked=box.ticked,
        note=words.unremembered(
            why_not, [name for other, name in others.items() if other != pk], nouns
        ),
    )


def _plain(client: Client, holders: dict[int, str]) -> Candidate:
    """A client somebody looked up: nothing speaks for them but that."""
    return Candidate(client, "", (), (), client.pk in holders)


def _looked_up(
    member: Member, found: Iterable[Candidate], asked: int | None, find: str, also: list[int]
) -> list[Client]:
    """The clients asked for and those found by words, unless they are suggested anyway."""
    known = {candidate.client.pk for candidate in found}
    named = [pk for pk in (asked, *also) if pk is not None and pk not in known]
    if not named and not find:
        return []
    clients = Client.objects.open_to(member).prefetch_related("patients", "groups")
    rows: list[Client] = []
    if named:
        by_pk = clients.filter(pk__in=named).in_bulk()
        rows += [by_pk[pk] for pk in named if pk in by_pk]
    if find:
        rows += clients.search(find).exclude(pk__in=named).order_by("name", "pk")[:FOUND]
    return [client for client in rows if client.pk not in known]


def _folder(entry: Entry) -> str:
    """Where the server's copy will go, in the words of that mailbox; "" where filing moves none."""
    if entry.conversation_id and not entry.owner_id:
        return ""  # of the shared inbox: it goes when its conversation is closed
    flows = Workflow.objects.filter(
        practice=entry.practice_id, account=entry.account_id, active=True, kind=Workflow.FILING
    )
    return flows.order_by("pk").values_list("folder_resolved", flat=True).first() or ""
