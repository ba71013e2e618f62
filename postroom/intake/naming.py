"""Whose file this is, by its name alone (RX-111): «C123 Rex xray.jpg», «12345_Dupont_2026-01.pdf».

A reference counts by itself where the name begins with it. Elsewhere, or where it may be a date or
a counter (`IMG_4182.jpg` of a camera), the client's or the patient's name must stand beside it.
A name of numbers alone (`12345.pdf`) is never sure: a scanner counts too. Exactly one client, and
nothing that speaks for another, or a person is asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from postroom.clients.models import Client, Patient
from postroom.kit.text import fold

LONGEST = 3  # words that a reference may be written in: «C 12-34»
SEARCHED = 6  # words of a name that clients are looked for by
MOST = 300  # clients of one word
SHORTEST = 3  # digits of a reference that stands alone
_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(
    r"(19|20)\d\d([-_. ]?(0\d|1[0-2])([-_. ]?[0-3]\d)?)?|[0-3]?\d[-_. ][01]?\d[-_. ](19|20)?\d\d"
)
_ENDING = re.compile(r"(?<=.)\.[A-Za-z0-9]{1,5}$")


@dataclass(frozen=True)
class Named:
    """The clients a file's name may mean; one alone is sure unless `doubted`. `numbers`: there is
    no letter in the name, so that a reference in it may be anything."""

    clients: tuple[int, ...] = ()
    doubted: bool = False
    numbers: bool = False

    @property
    def sure(self) -> bool:
        return len(self.clients) == 1 and not self.doubted


@dataclass(frozen=True)
class Reference:
    """A piece of a file's name that may be a reference; `strong`: it needs nothing beside it."""

    text: str
    strong: bool


def references(name: str) -> list[Reference]:
    """All pieces of a file's name that may be a reference."""
    stem = _ENDING.sub("", name)
    words = list(_WORD.finditer(stem))
    found: dict[str, bool] = {}
    for first, begin in enumerate(words):
        for last in words[first : first + LONGEST]:
            text = stem[begin.start() : last.end()]
            counter = text.isdigit() and len(text) < SHORTEST
            strong = first == 0 and not counter and not _DATE.fullmatch(text)
            found[text] = found.get(text, False) or strong
    return [Reference(text, strong) for text, strong in found.items() if len(text) <= 64]


def words_of(name: str) -> frozenset[str]:
    """The words of a file's name, without accents, in lower case."""
    return frozenset(_WORD.findall(fold(_ENDING.sub("", name)).replace("_", " ")))


def whose(practice_id: int, name: str) -> Named:
    """Whose the file of this name is, as far as the name tells."""
    words = words_of(name)
    by_reference = _by_reference(practice_id, references(name))
    found, whole = _by_words(practice_id, words)
    known = {client.pk: client for client in _clients(practice_id, {*by_reference, *found})}
    meant = {
        pk
        for pk, strong in by_reference.items()
        if pk in known and (strong or _beside(known[pk], words))
    }
    if by_reference and not _has_letter(name):
        likely = meant or {pk for pk in by_reference if pk in known}
        return Named(tuple(sorted(likely)), doubted=True, numbers=True)
    named = {pk for pk in found if pk in known and _is_named(known[pk], words)}
    if meant:
        other = named and not meant <= named
        return Named(tuple(sorted(meant | (named if other else set()))), doubted=bool(other))
    return Named(tuple(sorted(named)), doubted=not whole)


def _has_letter(name: str) -> bool:
    return any(character.isalpha() for character in _ENDING.sub("", name))


def _by_reference(practice_id: int, pieces: Iterable[Reference]) -> dict[int, bool]:
    """Client -> whether a reference of theirs, or of a patient, needs nothing beside it."""
    strong: dict[str, bool] = {}
    for piece in pieces:
        for text in (piece.text, piece.text.upper(), piece.text.lower()):
            strong[text] = strong.get(text, False) or piece.strong
    clients = Client.objects.filter(practice=practice_id, ref__in=strong)
    patients = Patient.objects.filter(practice=practice_id, ref__in=strong)
    held = [
        *clients.values_list("ref", "pk", "merged_into"),
        *patients.values_list("ref", "client", "client__merged_into"),
    ]
    found: dict[int, bool] = {}
    for ref, pk, merged in held:
        kept = merged or pk
        found[kept] = found.get(kept, False) or strong[ref]
    return found


def _by_words(practice_id: int, words: frozenset[str]) -> tuple[set[int], bool]:
    """Clients who have one of these words in what they are found by; whether that is all."""
    letters = [word for word in words if len(word) >= SHORTEST and not word.isdigit()]
    searched = sorted(letters, key=lambda word: (-len(word), word))[:SEARCHED]
    clients = Client.objects.filter(practice=practice_id, merged_into=None).order_by("pk")
    found: set[int] = set()
    whole = True
    for word in searched:
        hits = list(clients.search(word).values_list("pk", flat=True)[: MOST + 1])
        if len(hits) > MOST:  # a word of many: with another one beside it
            for other in searched:
                both = clients.search(f"{word} {other}").values_list("pk", flat=True)
                hits = list(both[: MOST + 1]) if other != word else []
                whole = whole and len(hits) <= MOST
                found.update(hits)
        else:
            found.update(hits)
    return found, whole


def _clients(practice_id: int, pks: set[int]) -> Iterable[Client]:
    patients = Prefetch("patients", Patient.objects.only("name", "client"))
    return Client.objects.filter(practice=practice_id, pk__in=pks).prefetch_related(patients)


def _is_named(client: Client, words: frozenset[str]) -> bool:
    """By first and last name; or by one of them and a patient's name."""
    own = words_of(client.name)
    if len(own) > 1 and own <= words:
        return True
    return bool(_long(own) & words) and _names_patient(client, words)


def _beside(client: Client, words: frozenset[str]) -> bool:
    return bool(_long(words_of(client.name)) & words) or _names_patient(client, words)


def _names_patient(client: Client, words: frozenset[str]) -> bool:
    names = (words_of(patient.name) for patient in client.patients.all())
    return any(name and name <= words for name in names)


def _long(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if len(word) >= SHORTEST)
