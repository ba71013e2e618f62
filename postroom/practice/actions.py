"""Founding a practice, letting its first people in, and what it says of itself."""

from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from postroom.practice import audit
from postroom.practice.models import Member, Practice, Role, User
from postroom.practice.rules import ADMINISTRATOR, NOUNS, ROLES


class Refused(Exception):
    """What was asked cannot be done; the text says why and what to do."""


@transaction.atomic
def found_practice(name: str, *, now: datetime, **facts: str) -> Practice:
    """The practice of this name, made with its roles where there is none yet."""
    existing = Practice.objects.filter(name=name).first()
    if existing:
        return existing
    practice = Practice(name=name, slug=_free_slug(name), **facts)
    practice.client_word, practice.patient_word = NOUNS[practice.kind]
    practice.save()
    Role.objects.bulk_create(
        Role(practice=practice, key=key, rights=list(rights)) for key, rights in ROLES.items()
    )
    audit.record(practice.pk, "found", "practice", practice.pk, by=None, now=now)
    return practice


@transaction.atomic
def add_administrator(
    practice: Practice, email: str, password: str, *, now: datetime, name: str = ""
) -> Member:
    """The first administrator; somebody who is one already keeps their password.

    Raises Refused where the password is too weak, in the validators' own sentences.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        try:
            validate_password(password)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        user = User(email=email)
        user.set_password(password)
        user.save()
    member, created = Member.objects.get_or_create(
        practice=practice,
        user=user,
        defaults={
            "role": practice.roles.get(key=ADMINISTRATOR),
            "name": name or _name_from(email),
        },
    )
    if created:
        audit.record(practice.pk, "add", "member", member.pk, by=None, now=now)
    return member


@transaction.atomic
def save_practice(
    practice: Practice, facts: dict[str, Any], *, by: Member | None, now: datetime
) -> list[str]:
    """Change the practice's own data; the names of the fields that changed."""
    before = Practice.objects.select_for_update().get(pk=practice.pk)
    changed = [field for field, value in facts.items() if getattr(before, field) != value]
    if changed:
        for field in changed:
            setattr(practice, field, facts[field])
        practice.save(update_fields=changed)
        data = {"fields": changed}
        audit.record(practice.pk, "change", "practice", practice.pk, by=by, now=now, data=data)
    return changed


def the_practice(slug: str | None) -> Practice:
    """The practice of this slug, or the only one. Raises Refused with the choices."""
    practices = list(Practice.objects.order_by("slug"))
    if slug:
        for practice in practices:
            if slug in (practice.slug, practice.name):
                return practice
        raise Refused(_("There is no practice “%s” here.") % slug)
    if len(practices) == 1:
        return practices[0]
    if not practices:
        raise Refused(_("There is no practice yet: run `postroom setup` first."))
    raise Refused(
        _("There are several practices here; say which one with --practice: %s")
        % ", ".join(p.slug for p in practices)
    )


def _free_slug(name: str) -> str:
    base = slugify(name)[:40].rstrip("-") or "practice"
    taken = set(Practice.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug
        for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3)))
        if slug not in taken
    )


def _name_from(email: str) -> str:
    return email.partition("@")[0].replace(".", " ").replace("_", " ").title()
