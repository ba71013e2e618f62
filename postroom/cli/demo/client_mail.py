"""One client's letter: chooses a text that fits the animal, writes it, adds what it carries."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from . import papers, pictures
from .envelope import (
    PRACTICE,
    PRACTICE_NAME,
    File,
    Mail,
    content_id,
    html_of,
    message_id,
)
from .people import Client, Patient, writer_at
from .texts import Text, texts
from .writing import fields, quote_line, signature, write

AWAY = {
    "en": (
        "Automatic reply: ",
        "Thank you for your message. I am away until {day} and read my mail now and then. "
        "If it is about {animal}, please ring me on {phone}.",
    ),
    "fr": (
        "Réponse automatique : ",
        "Merci de votre message. Je suis en déplacement jusqu'à {day} et ne lis mon courrier que "
        "de temps en temps. Pour {animal}, appelez-moi au {phone}.",
    ),
}
FROM_WORK = {
    "en": "I am writing from another address than usual, it is about {animal}.",
    "fr": "Je vous écris d'une autre adresse que d'habitude, c'est au sujet {de_animal}.",
}


@dataclass
class Pen:
    """Writes clients' letters and takes care not to repeat itself."""

    rng: random.Random
    used: Counter[str] = field(default_factory=Counter)
    gone: set[tuple[str, str]] = field(default_factory=set)

    def letter(self, client: Client, address: str, when: datetime) -> Mail:
        """An ordinary letter: plain or HTML, perhaps an answer, perhaps with a file."""
        writer = writer_at(client, address)
        text, animal = self._choose(writer)
        return self._write(writer, address, when, text, animal)

    def about(self, client: Client, address: str, when: datetime, carries: str) -> Mail:
        """A letter that carries a `photo`, `photos`, a `claim` or a `receipt`."""
        writer = writer_at(client, address)
        text, animal = self._choose(writer, carries)
        return self._write(writer, address, when, text, animal)

    def farewell(self, client: Client, when: datetime) -> Mail:
        """The letter after an animal's death; no other letter will speak of that animal."""
        text = self._least_used([t for t in texts(client.language) if "died" in t.conditions])
        animal = client.patients[0]
        self.gone.add((client.reference, animal.name))
        return self._write(client, client.emails[0], when, text, animal)

    def from_unknown_address(self, client: Client, address: str, when: datetime) -> Mail:
        """A known client at an address we do not have: names the animal, signs with the phone."""
        moved = [t for t in texts(client.language) if "moved" in t.conditions]
        text, animal = self._choose(client)
        if self.rng.random() < 0.25:
            text = self._least_used(moved)
        words = fields(self.rng, client, animal, when)
        written = write(self.rng, text, client, words)
        greeting, _, rest = written.body.partition("\n\n")
        middle = rest.rpartition("\n\n")[0]
        hint = FROM_WORK[client.language].format_map(words) + "\n\n"
        hint = "" if text in moved else hint
        end = signature(self.rng, client, words, phone=True)
        body = f"{greeting}\n\n{hint}{middle}\n\n{end}"
        mail = Mail(_name(client), address, written.subject, body, when)
        logo = File("logo.png", "image/png", pictures.logo(self.rng.randrange(3)))
        page = html_of(body, picture=content_id(logo))
        files = _carried(self.rng, text.carries, client, animal, when)
        return replace(mail, html=page, inline=logo, files=files)

    def away(self, client: Client, when: datetime) -> Mail:
        """What a client's mailbox answers by itself (RFC 3834)."""
        before, text = AWAY[client.language]
        words = fields(self.rng, client, client.patients[0], when)
        reminder = next(t for t in texts(client.language) if t.answers == "reminder")
        written = write(self.rng, reminder, client, words)
        return Mail(
            _name(client),
            client.emails[0],
            before + written.quoted_subject,
            f"{text.format_map(words)}\n\n{client.given} {client.family}",
            when,
            answers_to=(message_id(f"{client.reference}/reminder", PRACTICE.split("@")[1]),),
            headers=(("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")),
        )

    def _write(
        self, client: Client, address: str, when: datetime, text: Text, animal: Patient
    ) -> Mail:
        rng = self.rng
        words = fields(rng, client, animal, when)
        written = write(rng, text, client, words)
        line = ""
        answers_to: tuple[str, ...] = ()
        if written.quoted:
            asked = _office_hour(rng, when)
            line = quote_line(client.language, asked, PRACTICE_NAME, PRACTICE)
            seed = f"{client.reference}/{asked.isoformat()}"
            answers_to = (message_id(seed, PRACTICE.split("@")[1]),)
        page = html_of(written.body, line, written.quoted) if rng.random() < 0.55 else ""
        older = client.birth_date.year < 1962
        return Mail(
            _name(client),
            address,
            written.subject,
            written.body,
            when,
            html=page,
            quote_line=line,
            quoted=written.quoted,
            files=_carried(rng, text.carries, client, animal, when),
            charset="iso-8859-1" if older and not page else "utf-8",
            answers_to=answers_to,
        )

    def _choose(self, client: Client, carries: str = "") -> tuple[Text, Patient]:
        animals = [one for one in client.patients if (client.reference, one.name) not in self.gone]
        fitting = [
            (text, animal)
            for text in texts(client.language)
            for animal in animals
            if fits(text, client, animal) and (not carries or text.carries == carries)
        ]
        text = self._least_used([text for text, _ in fitting])
        return text, self.rng.choice([animal for one, animal in fitting if one is text])

    def _least_used(self, choices: list[Text]) -> Text:
        fewest = min(self.used[text.body] for text in choices)
        text = self.rng.choice([text for text in choices if self.used[text.body] == fewest])
        self.used[text.body] += 1
        return text


def _name(client: Client) -> str:
    return f"{client.given} {client.family}"


def _office_hour(rng: random.Random, when: datetime) -> datetime:
    """A moment on an earlier working day when somebody sits at the desk."""
    asked = when - timedelta(days=rng.randrange(1, 3))
    while asked.weekday() > 4:
        asked -= timedelta(days=1)
    return asked.replace(hour=rng.randrange(9, 18), minute=rng.randrange(60))


def fits(text: Text, client: Client, animal: Patient) -> bool:
    """Whether this client could have written this text about this (living) animal."""
    conditions = text.conditions
    return (
        not conditions & {"died", "moved"}
        and (not text.species or animal.species in text.species)
        and ("female" not in conditions or animal.female)
        and ("woman" not in conditions or client.female)
        and ("two" not in conditions or len(client.patients) > 1)
    )


def _carried(
    rng: random.Random, carries: str, client: Client, animal: Patient, when: datetime
) -> tuple[File, ...]:
    if carries == "photo":
        picture = pictures.close_up(rng.randrange(6))
        if rng.random() < 0.5:
            picture = pictures.animal_photo(animal.species, rng.randrange(8))
        return (File(f"IMG_{when:%Y%m%d_%H%M%S}.png", "image/png", picture),)
    if carries == "photos":
        shape = animal.species
        drawn = (pictures.animal_photo(shape, 1), pictures.close_up(rng.randrange(6)))
        return tuple(
            File(f"{animal.name} {n}.png", "image/png", data) for n, data in enumerate(drawn, 1)
        )
    if carries in ("claim", "receipt"):
        return (paper(rng, carries, client, animal, when),)
    return ()


def paper(
    rng: random.Random, carries: str, client: Client, animal: Patient, when: datetime
) -> File:
    """The insurer's form (`claim`) or the bank's paper (`receipt`), in the client's language."""
    french = client.language == "fr"
    number = f"{rng.randrange(10**6, 10**7)}"
    if carries == "claim":
        name = "déclaration de soins.pdf" if french else "claim-form.pdf"
        title = "Déclaration de soins vétérinaires" if french else "Veterinary claim form"
    else:
        name = "justificatif.pdf" if french else "payment.pdf"
        title = "Ordre de virement" if french else "Payment confirmation"
    lines = [
        f"{client.name} / {animal.name}",
        f"No. {number}",
        f"{when:%d/%m/%Y}",
        PRACTICE_NAME,
    ]
    return File(name, "application/pdf", papers.pdf(title, lines))
