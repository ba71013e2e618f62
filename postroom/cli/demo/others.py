"""Letters that come from no client: who sends them, and what they carry."""

from __future__ import annotations

import html
import random
from dataclasses import replace
from datetime import datetime, timedelta

from . import papers
from .envelope import HELLO, PRACTICE, File, Mail, html_of
from .people import Client, clients
from .texts import outsiders
from .texts.outsiders import Outsider

LAB_VALUES = (("Urea", "mmol/l", 4, 14), ("Creatinine", "umol/l", 60, 210), ("ALT", "U/l", 15, 90))


def insurer(rng: random.Random, when: datetime, turn: int) -> Mail:
    """An insurer's letter about a client's animal; `turn` walks through the texts."""
    return _about_a_client(rng, when, outsiders.INSURERS, turn)[0]


def laboratory(rng: random.Random, when: datetime, turn: int) -> Mail:
    """A laboratory's letter; reports carry a PDF with values."""
    mail, words = _about_a_client(rng, when, outsiders.LABS, turn)
    if "not enough" in mail.subject:
        return mail
    lines = [f"{words['animal']} / {words['owner']} / {words['number']}", ""]
    lines += [f"{name}: {rng.randrange(low, high)} {unit}" for name, unit, low, high in LAB_VALUES]
    report = File(f"{words['number']}.pdf", "application/pdf", papers.pdf(mail.name, lines))
    return replace(mail, files=(report,))


def supplier(rng: random.Random, when: datetime, turn: int) -> Mail:
    """A supplier's letter: some with an invoice, one with a calendar invitation."""
    mail, words = _about_a_client(rng, when, outsiders.SUPPLIERS, turn)
    mail = replace(mail, to=HELLO)
    if mail.subject.startswith("Invoice"):
        lines = ["Gauze swabs 10 x 10, 40 packs", "Syringes 20 ml, 200", "Total: 214.60"]
        bill = File(f"{words['number']}.pdf", "application/pdf", papers.pdf(mail.subject, lines))
        return replace(mail, files=(bill,))
    if "may I call in" in mail.subject:
        start = (when + timedelta(days=9)).replace(hour=11, minute=0, second=0, microsecond=0)
        uid = f"{words['number']}@kibbleworks.example"
        asked = papers.invitation(uid, start, "New renal range", mail.address, PRACTICE)
        return replace(mail, calendar=asked)
    return mail


def stranger(rng: random.Random, when: datetime, turn: int) -> Mail:
    """Somebody who is no client yet."""
    return replace(_about_a_client(rng, when, outsiders.STRANGERS, turn)[0], to=HELLO)


def newsletter(rng: random.Random, when: datetime, turn: int) -> Mail:
    """A newsletter with remote pictures (one of them one pixel wide) and a List-Unsubscribe."""
    mail, _ = _about_a_client(rng, when, outsiders.NEWSLETTERS, turn)
    site = f"https://pictures.{mail.address.rpartition('@')[2]}"
    items = "".join(
        f'<tr><td><img src="{site}/{n}.jpg" width="160" alt=""></td>'
        f"<td>{html.escape(part)}</td></tr>"
        for n, part in enumerate(mail.text.split("\n\n"), start=1)
    )
    page = (
        f"<html><body><h1>{html.escape(mail.subject)}</h1><table>{items}</table>"
        f'<img src="{site}/open.gif?reader={rng.randrange(10**6)}" width="1" height="1" alt="">'
        f'<p><a href="{site}/leave">Unsubscribe</a></p></body></html>'
    )
    leave = (("List-Unsubscribe", f"<{site}/leave>"), ("Precedence", "bulk"))
    return replace(mail, html=page, headers=leave)


def phishing(rng: random.Random, when: datetime, turn: int) -> Mail:
    """A letter that lies about its sender: `Sender` is who really handed it in."""
    mail, _ = _about_a_client(rng, when, outsiders.PHISHING, turn)
    address = next(word for word in mail.text.split() if word.startswith("http"))
    shown = f'<p><a href="{address}">https://ternthistle.example/account</a></p>'
    page = html_of(mail.text.replace(address, "")).replace("</body>", f"{shown}</body>")
    return replace(mail, html=page, headers=(("Sender", "bulk@verify-login.example"),))


def _about_a_client(
    rng: random.Random, when: datetime, choices: tuple[Outsider, ...], turn: int
) -> tuple[Mail, dict[str, str]]:
    language, name, address, subject, text = choices[turn % len(choices)]
    guided_tour = choices is outsiders.INSURERS and turn == 0
    client = _client(rng, language, first=guided_tour)
    number = f"{rng.randrange(30, 88)}-{rng.randrange(10**4, 10**5)}"
    words = {
        "owner": client.name,
        "reference": client.reference,
        "animal": client.patients[0].name,
        "number": "88-20417" if guided_tour else number,
    }
    mail = Mail(name, address, subject.format_map(words), text.format_map(words), when)
    return mail, words


def _client(rng: random.Random, language: str, *, first: bool) -> Client:
    everybody = clients()
    if first:
        return everybody[0]
    return rng.choice([one for one in everybody if one.language == language])
