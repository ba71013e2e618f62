"""Saved views of the register that name a client, in what they search for or by what they are
called: they go when the client is erased."""

import re
from collections.abc import Collection, Iterable, Sequence
from urllib.parse import parse_qsl

from django.db.models import QuerySet

from postroom.clients.erasing import people_of
from postroom.clients.models import Client, ContactPoint
from postroom.clients.rules import general
from postroom.kit.text import fold
from postroom.register.filters import wanted_of
from postroom.register.models import SavedView

SHORTEST = 3  # letters of a word that may name somebody
BEGINNING = 5  # letters of a name's beginning that do
NUMBER = 6  # digits of a telephone number


def views_naming(practice: int, clients: Sequence[Client]) -> QuerySet[SavedView]:
    """The views that are narrowed to these clients, or that have their whole name, or a word of
    their name, number, addresses or animals that nobody else in the book has."""
    views = SavedView.objects.filter(practice=practice)
    ids = {client.pk for client in clients}
    names = [_words(name) for name in _names(clients)]
    theirs = {part for word in _known(clients) for part in _parts(word)}
    found = []
    for view in views:
        wanted = wanted_of(dict(parse_qsl(view.query)))
        said = _words(wanted.q) | _words(view.name) | _numbers(wanted.q, view.name)
        whole = wanted.client in ids or any(name and name <= said for name in names)
        likely = [] if whole else [word for word in said if _names_one(word, theirs)]
        if whole or any(_is_theirs(practice, word, ids) for word in likely):
            found.append(view.pk)
    return views.filter(pk__in=found)


def _names_one(word: str, theirs: Collection[str]) -> bool:
    if len(word) < SHORTEST:
        return False
    long = len(word) >= BEGINNING
    return word in theirs or (long and any(one.startswith(word) for one in theirs))


def _is_theirs(practice: int, word: str, clients: Collection[int]) -> bool:
    """Whether nobody else in the book has the word."""
    others = Client.objects.filter(practice=practice).exclude(pk__in=clients)
    return not others.filter(search_name__contains=word).exists()


def _names(clients: Iterable[Client]) -> list[str]:
    people = (name for one in clients for name in people_of(one).values_list("name", flat=True))
    return [*(client.name for client in clients), *people]


def _known(clients: Sequence[Client]) -> list[str]:
    """All by which these clients are found, and their people's names and addresses."""
    points = ContactPoint.objects.filter(contact__in=[p for c in clients for p in people_of(c)])
    said = [*_names(clients), *(client.search_name for client in clients)]
    said += [norm for pair in points.values_list("value", "norm") for norm in pair]
    return [word for text in said for word in fold(text).split()]


def _parts(word: str) -> Iterable[str]:
    """A word and, of an address, its pieces: not those that stand for any desk."""
    yield word
    for piece in re.split(r"[^\w]+", word):
        if not general(f"{piece}@"):
            yield piece


def _words(text: str) -> set[str]:
    return {word.strip("\"'«»“”‹›,;:.()") for word in fold(text).split()} - {""}


def _numbers(*texts: str) -> set[str]:
    digits = ("".join(one for one in text if one.isdigit()) for text in texts)
    return {number for number in digits if len(number) >= NUMBER}
