"""The sample practice's post: a few months of letters, and one more whenever asked.

About 82 in 100 come from an address that belongs to exactly one client; the others are what a
front desk really has to think about: new addresses, shared ones, insurers, firms, strangers.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from . import others, papers, pictures
from .client_mail import Pen, paper
from .envelope import (
    PRACTICE,
    PRACTICE_NAME,
    File,
    Mail,
    build,
    content_id,
    html_of,
    message_id,
)
from .names import WORKPLACES
from .people import Client, clients, plain, shared_addresses
from .texts.ours import THREADS
from .writing import fields, quote_line, signature

SEED = 1887
HOW_MANY = 350
DAYS_BACK = 150
ZONES = {"en": ZoneInfo("Europe/London"), "fr": ZoneInfo("Europe/Paris")}

OTHERS: tuple[tuple[Callable[[random.Random, datetime, int], Mail], int], ...] = (
    (others.newsletter, 4),
    (others.phishing, 2),
    (others.supplier, 8),
    (others.insurer, 9),
    (others.laboratory, 8),
    (others.stranger, 5),
)
FROM_SHARED, FROM_UNKNOWN = 12, 15


def letters(now: datetime, seed: int = SEED) -> list[bytes]:
    """All letters up to `now` (aware), oldest first; the same for the same moment and seed."""
    pile = _Pile(random.Random(seed), now)
    pile.add_others()
    pile.add_from_shared_addresses()
    pile.add_from_unknown_addresses()
    pile.add_threads()
    pile.add_oddities()
    pile.add_farewells()
    while len(pile.mails) < HOW_MANY:
        pile.add_ordinary()
    return [build(mail) for mail in sorted(pile.mails, key=lambda mail: mail.when)]


def one_more(rng: random.Random, now: datetime) -> bytes:
    """A letter that arrives now (aware); most often from a known address."""
    pile = _Pile(rng, now)
    draw = rng.random()
    if draw < 0.82:
        client = rng.choice(pile.known)
        zone = ZONES[client.language]
        return build(pile.pen.letter(client, pile.own_address(client), now.astimezone(zone)))
    if draw < 0.90:
        client = rng.choice(pile.known)
        when = now.astimezone(ZONES[client.language])
        return build(pile.pen.from_unknown_address(client, pile.new_address(client), when))
    maker, _ = rng.choice(OTHERS)
    return build(maker(rng, now.astimezone(ZONES["en"]), rng.randrange(1, 40)))


class _Pile:
    """The letters while they are being written."""

    def __init__(self, rng: random.Random, now: datetime) -> None:
        self.rng = rng
        self.now = now
        self.pen = Pen(rng)
        self.mails: list[Mail] = []
        self.shared = shared_addresses()
        self.known = [one for one in clients() if set(one.emails) - self.shared]
        # Families stand first in the list; those who write often are not all families.
        mixed = self.known[3:]
        random.Random(SEED).shuffle(mixed)
        self.known[3:] = mixed

    def add_others(self) -> None:
        for maker, times in OTHERS:
            for turn in range(times):
                self.mails.append(maker(self.rng, self.moment("en"), turn))

    def add_from_shared_addresses(self) -> None:
        pairs = [(one, address) for one in clients() for address in one.emails]
        pairs = [(one, address) for one, address in pairs if address in self.shared]
        for client, address in self.rng.sample(pairs, FROM_SHARED):
            self.mails.append(self.pen.letter(client, address, self.moment(client.language)))

    def add_from_unknown_addresses(self) -> None:
        hollis = clients()[0]
        address = "hollis@farrowjoinery.example.com"
        letter = self.pen.about(hollis, address, self.moment("en", 1), "claim")
        words = fields(self.rng, hollis, hollis.patients[0], letter.when)
        text = (
            "Hello,\n\nSending this from work. Please could you fill in the vet's part of the form "
            "for Biscuit and send it back, the insurer wants it by the end of the month.\n\n"
        )
        text += signature(self.rng, hollis, words, phone=True)
        subject = "Biscuit's insurance form"
        self.mails.append(replace(letter, name="Hollis F.", subject=subject, text=text, html=""))
        for client in self.rng.sample(self.known[3:], FROM_UNKNOWN - 1):
            when = self.moment(client.language)
            self.mails.append(self.pen.from_unknown_address(client, self.new_address(client), when))

    def add_threads(self) -> None:
        """Long conversations, each answer quoting the whole past."""
        french = next(one for one in self.known if one.language == "fr" and _has_dog(one))
        self._add_thread(clients()[0], days_ago=10)
        self._add_thread(french, days_ago=26)

    def add_oddities(self) -> None:
        """Letters that mail programs stumble on, all from known addresses."""
        rng, pen = self.rng, self.pen
        some = rng.sample([one for one in self.known[3:] if _has_dog(one)], 16)
        for client in some[:3]:
            self.mails.append(pen.away(client, self.moment(client.language)))
        for client in some[3:6]:
            letter = pen.letter(client, self.own_address(client), self.moment(client.language))
            self.mails.append(replace(letter, subject="", answers_to=()))
        for client in some[6:8]:
            letter = pen.about(client, client.emails[0], self.moment(client.language), "claim")
            form = paper(rng, "claim", client, client.patients[0], letter.when)
            packed = papers.winmail(form.name, form.data)
            winmail = File("winmail.dat", "application/ms-tnef", packed)
            self.mails.append(replace(letter, files=(winmail,), html=""))
        for client in some[8:13]:
            letter = pen.letter(client, self.own_address(client), self.moment(client.language))
            drawn = pictures.animal_photo(client.patients[0].species, rng.randrange(8))
            inline = File("image001.png", "image/png", drawn)
            page = html_of(letter.text, letter.quote_line, letter.quoted, content_id(inline))
            self.mails.append(replace(letter, html=page, inline=inline, charset="utf-8"))
        for client in some[13:]:
            letter = pen.letter(client, self.own_address(client), self.moment(client.language))
            start = (letter.when + timedelta(days=6)).replace(hour=15, minute=0, second=0)
            uid = f"{client.reference}@{letter.address.rpartition('@')[2]}"
            asked = papers.invitation(uid, start, letter.subject, letter.address, PRACTICE)
            self.mails.append(replace(letter, calendar=asked))

    def add_farewells(self) -> None:
        wrote = {mail.name for mail in self.mails}
        some = [one for one in self.known[3:] if one.name not in wrote and len(one.patients) > 1]
        for client in self.rng.sample(some, 5):
            self.mails.append(self.pen.farewell(client, self.moment(client.language)))

    def add_ordinary(self) -> None:
        # Some people write often, most write rarely: the square makes the first ones likelier.
        client = self.known[int(len(self.known) * self.rng.random() ** 1.6)]
        when = self.moment(client.language)
        self.mails.append(self.pen.letter(client, self.own_address(client), when))

    def own_address(self, client: Client) -> str:
        """One of the addresses that only this client has."""
        return self.rng.choice([one for one in client.emails if one not in self.shared])

    def new_address(self, client: Client) -> str:
        """An address of this client that the practice does not have."""
        domain = self.rng.choice(WORKPLACES)
        return f"{plain(client.given)}.{plain(client.family)}.work@{domain}"

    def moment(self, language: str, most_days: int = DAYS_BACK) -> datetime:
        """A moment before now when people write, more often lately than long ago."""
        rng = self.rng
        days = int(most_days * rng.random() ** 1.5)
        hour = rng.choices(range(6, 24), (1, 3, 6, 8, 8, 7, 6, 5, 6, 6, 6, 7, 7, 8, 8, 7, 4, 2))[0]
        local = (self.now - timedelta(days=days)).astimezone(ZONES[language])
        when = local.replace(
            hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0
        )
        while when > self.now - timedelta(minutes=2):
            when -= timedelta(days=1)
        return when

    def _add_thread(self, client: Client, days_ago: int) -> None:
        subject, turns = THREADS[client.language]
        dog = next(one for one in client.patients if one.species == "dog")
        address = self.own_address(client)
        start = (self.now - timedelta(days=days_ago)).astimezone(ZONES[client.language])
        start = start.replace(hour=9, minute=4, second=0, microsecond=0)
        words = fields(self.rng, client, dog, start)
        seen: tuple[str, ...] = ()
        past, line = "", ""
        for n, (ours, theirs) in enumerate(turns):
            when = start + timedelta(days=n, hours=2, minutes=7 * n)
            if ours:
                asked = when - timedelta(hours=2, minutes=12)
                said = f"{ours.format_map(words)}\n\nPriya\n{PRACTICE_NAME}"
                past = f"{said}\n\n{line}\n{_quoted(past)}" if past else said
                line = quote_line(client.language, asked, PRACTICE_NAME, PRACTICE)
                seen = (*seen, message_id(f"{client.reference}/{n}", PRACTICE.split("@")[1]))
            text = f"{theirs.format_map(words)}\n\n{client.given}"
            mail = Mail(
                client.name,
                address,
                ("Re: " if ours else "") + subject.format_map(words),
                text,
                when,
                html=html_of(text, line, past) if n % 2 else "",
                quote_line=line,
                quoted=past,
                answers_to=seen,
            )
            self.mails.append(mail)
            seen = (*seen, mail.message_id)
            their_line = quote_line(client.language, when, client.name, address)
            past = f"{text}\n\n{line}\n{_quoted(past)}" if past else text
            line = their_line


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _has_dog(client: Client) -> bool:
    return any(one.species == "dog" for one in client.patients)
