"""Verbs: what is done with letters of an address or a domain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from postroom.clients.models import SenderRule
from postroom.clients.rules import FORM, IGNORE, OWN, PROFESSIONAL
from postroom.practice import audit
from postroom.practice.models import Member
from postroom.practice.rules import RESOLVE, SETTINGS

# Whom mail is trusted for is the practice's to say; what is no client's, whoever files.
NEEDS = {IGNORE: RESOLVE, PROFESSIONAL: RESOLVE, OWN: SETTINGS, FORM: SETTINGS}


@dataclass(frozen=True)
class Set:
    """What became of a list of rules; `rules` are all of them, as they are now."""

    rules: list[SenderRule]
    added: int
    changed: int


def may_set(member: Member, kind: str) -> bool:
    """May this member make, change or remove a rule of this kind?"""
    return member.may(NEEDS.get(kind, SETTINGS))


@transaction.atomic
def set_rules(patterns: Iterable[str], kind: str, *, by: Member, now: datetime) -> Set:
    """From now on, letters of these addresses and domains (as rules.pattern_of gives them) are
    of this kind. Of one there is at most one rule: an older one is changed."""
    wanted = list(dict.fromkeys(patterns))
    held = {
        rule.pattern: rule
        for rule in SenderRule.objects.select_for_update().filter(
            practice=by.practice_id, pattern__in=wanted
        )
    }
    new = [
        SenderRule(practice_id=by.practice_id, pattern=pattern, kind=kind, by=by, at=now)
        for pattern in wanted
        if pattern not in held
    ]
    SenderRule.objects.bulk_create(new)
    other = [rule for rule in held.values() if rule.kind != kind]
    deeds = [audit.Deed("add", "sender", rule.pk, _told(rule)) for rule in new]
    for rule in other:
        data = {"kind": [rule.kind, kind], **_domain(rule)}
        deeds.append(audit.Deed("change", "sender", rule.pk, data))
        rule.kind, rule.by, rule.at = kind, by, now
    SenderRule.objects.bulk_update(other, ["kind", "by", "at"])
    audit.record_all(by.practice_id, deeds, by=by, now=now)
    rows = SenderRule.objects.filter(practice=by.practice_id, pattern__in=wanted)
    return Set(list(rows.order_by("pk")), len(new), len(other))


@transaction.atomic
def remove_rule(rule: SenderRule, *, by: Member, now: datetime) -> None:
    """Letters from there are judged by their address again. Harmless when already done."""
    pk, told = rule.pk, _told(rule)
    deleted, _ = SenderRule.objects.filter(pk=pk).delete()
    if deleted:
        audit.record(by.practice_id, "remove", "sender", pk, by=by, now=now, data=told)


def _told(rule: SenderRule) -> dict[str, str]:
    return {"kind": rule.kind, **_domain(rule)}


def _domain(rule: SenderRule) -> dict[str, str]:
    """The audit names no person's address."""
    return {"domain": rule.pattern.rpartition("@")[2]}
