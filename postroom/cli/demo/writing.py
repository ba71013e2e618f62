"""Filling a text: whose animal, which day, and the agreements that English and French ask for."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from .people import Client, Patient
from .texts import Text
from .texts.ours import OURS

DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}
MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
}
PETS = {
    "cat": ("chat", "chatte"),
    "dog": ("chien", "chienne"),
    "rabbit": ("lapin", "lapine"),
    "pony": ("poney", "ponette"),
    "ferret": ("furet", "furette"),
}
WEIGHTS = {"dog": (6, 38), "cat": (3, 7), "rabbit": (2, 4), "pony": (180, 290)}
VETS = (("Dr Lindqvist", True), ("Dr Okonjo", True), ("Dr Marchetti", False))
GREETINGS = {
    "en": (
        "{good_day},",
        "Hello,",
        "Hi there,",
        "Dear all,",
        "Dear Tern & Thistle,",
        "Hi Ines,",
        "Dear {vet},",
    ),
    "fr": (
        "{good_day},",
        "{good_day} à tous,",
        "Madame, Monsieur,",
        "{good_day} Ines,",
        "Chère équipe,",
        "{good_day} {vet},",
    ),
}
CLOSINGS = {
    "en": ("Many thanks,", "Best wishes,", "Kind regards,", "Thank you,", "With thanks,", "Best,"),
    "fr": ("Merci d'avance,", "Bien à vous,", "Cordialement,", "Bonne journée,", "Merci encore,"),
}
AFTERTHOUGHTS = {
    "en": (
        "You can reach me on {phone} after five.",
        "A text message to {phone} is best, I cannot pick up at work.",
        "I am at home most of this week, should you need to ask anything.",
        "Please answer by email if you can, the signal here is hopeless.",
        "I look at my mail in the morning and again after supper.",
        "If it is easier, just leave a word on {phone}.",
    ),
    "fr": (
        "Vous pouvez me joindre au {phone} après 17 heures.",
        "Un SMS au {phone} suffit, je ne peux pas répondre au travail.",
        "Je suis à la maison presque toute la semaine si vous avez une question.",
        "Répondez-moi plutôt par courriel, le téléphone passe très mal ici.",
        "Je lis mon courrier le matin et après le dîner.",
        "Si c'est plus simple, laissez un mot au {phone}.",
    ),
}


@dataclass(frozen=True)
class Written:
    """A letter's words. `quoted` is what it answers, or empty."""

    subject: str
    body: str
    quoted_subject: str
    quoted: str


def fields(rng: random.Random, writer: Client, animal: Patient, when: datetime) -> dict[str, str]:
    """Everything a text may name, in the writer's language, for a letter written at `when`."""
    french = writer.language == "fr"
    vet, vet_is_woman = rng.choice(VETS)
    past = when - timedelta(days=rng.randrange(2, 6))
    coming = when + timedelta(days=rng.randrange(2, 12))
    if coming.weekday() == 6:
        coming += timedelta(days=1)
    days, months = DAYS[writer.language], MONTHS[writer.language]
    hour, minute = rng.randrange(9, 18), rng.choice((0, 10, 20, 30, 40, 50))
    pounds = rng.randrange(38, 420) + rng.choice((0, 0.5, 0.2, 0.75))
    lightest, heaviest = WEIGHTS.get(animal.species, (1, 2))
    kilos = f"{rng.uniform(lightest, heaviest):.1f}".rstrip("0").rstrip(".")
    common = {
        "animal": animal.name,
        "given": writer.given,
        "phone": spoken_phone(writer.phones[0], rng),
        "vet": vet,
        "past": days[past.weekday()],
        "Past": days[past.weekday()].capitalize(),
        "day": f"{days[coming.weekday()]} {coming.day} {months[coming.month - 1]}",
        "hour": f"{hour}h{minute:02d}" if french else f"{hour}:{minute:02d}",
        "amount": f"{pounds:.2f} €".replace(".", ",") if french else f"£{pounds:.2f}",
        "good_day": _good_day(when.hour, french=french),
        "kilos": kilos.replace(".", ",") if french else kilos,
    }
    if french:
        return common | _french(animal, writer, vet_is_woman)
    return common | _english(animal)


def _good_day(hour: int, *, french: bool) -> str:
    if french:
        return "Bonjour" if hour < 18 else "Bonsoir"
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _english(animal: Patient) -> dict[str, str]:
    words = {
        "he": ("he", "she"),
        "him": ("him", "her"),
        "his": ("his", "her"),
        "himself": ("himself", "herself"),
    }
    found = {word: forms[animal.female] for word, forms in words.items()}
    found |= {word.capitalize(): form.capitalize() for word, form in found.items()}
    return found | {"pet": animal.species}


def _french(animal: Patient, writer: Client, vet_is_woman: bool) -> dict[str, str]:
    female = animal.female
    vowel = animal.name[0].lower() in "aeiouyéèêëàâîïôûü" and animal.name != "Yoyo"
    masculine, feminine = PETS.get(animal.species, ("animal", "bête"))
    return {
        "il": "elle" if female else "il",
        "Il": "Elle" if female else "Il",
        "le": "la" if female else "le",
        "lui": "elle" if female else "lui",
        "e": "e" if female else "",
        "x": "se" if female else "x",
        "me": "e" if writer.female else "",
        "il_vet": "elle" if vet_is_woman else "il",
        "de_animal": f"d'{animal.name}" if vowel else f"de {animal.name}",
        "que_animal": f"qu'{animal.name}" if vowel else f"que {animal.name}",
        "pet": feminine if female else masculine,
    }


def write(rng: random.Random, text: Text, writer: Client, words: dict[str, str]) -> Written:
    """The text with its greeting, closing and name; sometimes with an afterthought."""
    language = writer.language
    subject, quoted_subject, quoted = text.subject.format_map(words), "", ""
    if text.answers:
        ours, said = OURS[language][text.answers]
        quoted_subject, quoted = ours.format_map(words), said.format_map(words)
        subject = f"Re: {quoted_subject}"
    subject = subject[0].upper() + subject[1:]
    paragraphs = [rng.choice(GREETINGS[language]), text.body]
    if rng.random() < 0.4 and "died" not in text.conditions:
        paragraphs.append(rng.choice(AFTERTHOUGHTS[language]))
    body = "\n\n".join(paragraphs).format_map(words)
    end = signature(rng, writer, words)
    if words["phone"] in body:
        end = end.removesuffix(words["phone"]).rstrip()
    return Written(subject, f"{body}\n\n{end}", quoted_subject, quoted)


def signature(
    rng: random.Random, writer: Client, words: dict[str, str], *, phone: bool = False
) -> str:
    """Closing and name; with the telephone number in about half of the letters, or always."""
    closing = rng.choice(CLOSINGS[writer.language])
    short = rng.random() < 0.3 and not phone
    name = writer.given if short else f"{writer.given} {writer.family}"
    lines = [closing, name]
    if phone or rng.random() < 0.45:
        lines.append(words["phone"])
    return "\n".join(lines)


def spoken_phone(number: str, rng: random.Random) -> str:
    """The number as people type it: French ones half the time without the country's code."""
    if number.startswith("+33 ") and rng.random() < 0.5:
        return "0" + number.removeprefix("+33 ")
    if number.startswith("020 7946 ") and rng.random() < 0.5:
        return f"0207 946 {number[-4:]}"
    return number


def quote_line(language: str, when: datetime, name: str, address: str) -> str:
    """The line that mail programs put above a quoted message."""
    day, month = DAYS[language][when.weekday()][:3], MONTHS[language][when.month - 1]
    if language == "fr":
        return (
            f"Le {day}. {when.day} {month} {when.year} à {when:%H:%M}, {name} <{address}> a écrit :"
        )
    return (
        f"On {day}, {when.day} {month[:3]} {when.year} at {when:%H:%M}, {name} <{address}> wrote:"
    )
