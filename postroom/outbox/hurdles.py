"""What stands between a draft and its sending: what must be mended, what is asked once, and what
wants a reason (XP-5, XP-6, PE-32, PE-33). Codes only; compose_words.py says them."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from postroom.clients.models import Consent, ContactPoint, Patient
from postroom.kit.addresses import normalise_email
from postroom.outbox import addressing, template_fields
from postroom.outbox.composing import MOST
from postroom.outbox.draft_models import Draft
from postroom.outbox.template_models import Enclosure
from postroom.outbox.templating import unfilled
from postroom.practice.models import Member
from postroom.register.conversing import come_since

STOP, ASK, REASON = "stop", "ask", "reason"
ADULT = 18  # years
WAITING = "waiting"
_ENCLOSED = re.compile(
    r"\b(?:enclosed|attached|attachments?|ci-joint\w*|pi[eè]ces? jointes?)\b", re.I
)
CARE = ("care", "administrative")  # what a letter written by hand is for


@dataclass(frozen=True)
class Hurdle:
    """`kind`: STOP, nothing leaves before it is mended; ASK, one tick; REASON, a reason too."""

    code: str
    kind: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a person answered to what was asked: to which question, and why."""

    question: str = ""
    reason: str = ""


def hurdles(
    draft: Draft,
    member: Member,
    files: Iterable[Enclosure],
    *,
    now: datetime,
    not_before: datetime | None = None,
) -> list[Hurdle]:
    """All of them, the worst first."""
    files = list(files)
    found = [*_stops(draft, files, now, not_before)]
    if not found:
        found = [*_reasons(draft, member), *_asks(draft, member, files)]
    return found


def question(found: Iterable[Hurdle]) -> str:
    """What is asked, in short: a yes holds for exactly this question, and for no other one."""
    asked = sorted((one.code, json.dumps(one.data, sort_keys=True)) for one in found)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]


def size(files: Iterable[Enclosure]) -> int:
    return sum(one.size for one in files)


def _stops(
    draft: Draft, files: list[Enclosure], now: datetime, not_before: datetime | None
) -> Iterable[Hurdle]:
    if draft.account is None:
        yield Hurdle("no-account", STOP)
    people, wrong = _people(draft)
    for part in wrong:
        yield Hurdle("bad-address", STOP, {"address": part[:100]})
    if not people and not wrong:
        yield Hurdle("no-recipient", STOP)
    for name in unfilled(f"{draft.subject}\n{draft.text}", template_fields.NAMES):
        yield Hurdle("unfilled", STOP, {"field": name})
    if not draft.text.strip() and not files and not draft.quote:
        yield Hurdle("empty", STOP)
    if size(files) > MOST:
        yield Hurdle("too-big", STOP, {"size": size(files), "most": MOST})
    if not_before and not_before <= now:
        yield Hurdle("past", STOP)


def _reasons(draft: Draft, member: Member) -> Iterable[Hurdle]:
    client = draft.client
    if client and client.state in ("deceased", "archived"):
        yield Hurdle(client.state, REASON, {"client": client.name})
    patients = Patient.objects.filter(client=client, pk__in=draft.patients) if client else []
    for patient in patients:
        if patient.died_on:
            yield Hurdle("patient-died", REASON, {"patient": patient.name})
    if client and draft.contact and _is_minor(client.birth_date):
        link = client.links.filter(contact=draft.contact).first()
        if link and link.main and not link.responsible:
            yield Hurdle("minor", REASON, {"client": client.name})
    norms = [normalise_email(address) for _name, address in _people(draft)[0]]
    points = ContactPoint.objects.filter(
        practice=member.practice_id, kind=ContactPoint.EMAIL, norm__in=norms
    )
    blocked = set(points.filter(state="blocked").values_list("norm", flat=True))
    refused = Consent.objects.filter(point__in=points, purpose__in=CARE, given=False)
    for norm in sorted(blocked | set(refused.values_list("point__norm", flat=True))):
        yield Hurdle("blocked", REASON, {"address": norm})


def _asks(draft: Draft, member: Member, files: list[Enclosure]) -> Iterable[Hurdle]:
    if draft.origin and draft.seen:
        for one in come_since(member, draft.origin, draft.seen):
            who = one.sender_name or one.sender_norm
            yield Hurdle("newer", ASK, {"entry": one.pk, "who": who, "what": one.snippet[:160]})
    known = addressing.known(member, draft.client, draft.contact, draft.origin)
    strangers = dict.fromkeys(
        norm for _n, a in _people(draft)[0] if (norm := normalise_email(a)) not in known
    )
    for norm in strangers:
        name = draft.client.name if draft.client else ""
        yield Hurdle("stranger", ASK, {"address": norm, "client": name})
    if not draft.subject.strip():
        yield Hurdle("no-subject", ASK)
    if not files and _ENCLOSED.search(draft.text):
        yield Hurdle("no-file", ASK)


def _people(draft: Draft) -> tuple[list[addressing.Person], list[str]]:
    people = [(name, address) for name, address in draft.to]
    wrong: list[str] = []
    for text in (draft.cc, draft.bcc):
        good, bad = addressing.typed(text)
        people += good
        wrong += bad
    return people, wrong


def _is_minor(born: date | None) -> bool:
    if born is None:
        return False
    today = timezone.localdate()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < ADULT
