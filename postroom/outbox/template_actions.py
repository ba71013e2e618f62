"""Verbs of templates: made, changed, put away, and the starters we bring."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from postroom.outbox.enclosures import NewFile, copies, keep
from postroom.outbox.starters import Starter, starters
from postroom.outbox.template_models import Enclosure, Template, TemplateVersion
from postroom.practice import audit
from postroom.practice.models import Member, Practice


class NameTaken(Exception):
    """Another template of this channel and language is called so."""


@dataclass(frozen=True)
class Wording:
    """What a template says, with the new files and the ids of those that stay."""

    subject: str
    body: str
    files: tuple[NewFile, ...] = ()
    keeps: tuple[int, ...] = ()


@transaction.atomic
def create(
    practice: Practice,
    facts: dict[str, Any],
    wording: Wording,
    *,
    by: Member | None,
    now: datetime,
    starter: str = "",
) -> Template:
    """A new template; `facts` are channel, purpose, language, name, and whether it is sent again
    if in doubt. Raises NameTaken."""
    try:
        with transaction.atomic():
            made = Template.objects.create(
                practice=practice, created_at=now, starter=starter, **facts
            )
    except IntegrityError as error:
        raise NameTaken from error
    _write(made, 1, wording, [], by=by, now=now)
    data = {"channel": made.channel, "purpose": made.purpose, "language": made.language}
    audit.record(practice.pk, "add", "template", made.pk, by=by, now=now, data=data)
    return made


@transaction.atomic
def change(
    template: Template, facts: dict[str, Any], wording: Wording, *, by: Member, now: datetime
) -> Template:
    """Change it. What was used stays as it was: the new words are a new version then.
    Raises NameTaken."""
    row = Template.objects.select_for_update().get(pk=template.pk)
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NameTaken from error
    last = row.current
    kept = list(last.enclosures.filter(pk__in=wording.keeps))
    same_files = not wording.files and len(kept) == last.enclosures.count()
    if (last.subject, last.body) != (wording.subject, wording.body) or not same_files:
        changed.append("words")
        number = last.n + 1
        if last.used_at is None:
            last.delete()
            number = last.n
        _write(row, number, wording, kept, by=by, now=now)
    if changed:
        data = {"fields": sorted(changed)}
        audit.record(row.practice_id, "change", "template", row.pk, by=by, now=now, data=data)
    return row


@transaction.atomic
def archive(template: Template, *, by: Member, now: datetime) -> None:
    """No longer offered; what was sent keeps it."""
    if Template.objects.filter(pk=template.pk, archived_at=None).update(archived_at=now):
        audit.record(template.practice_id, "archive", "template", template.pk, by=by, now=now)


@transaction.atomic
def restore(template: Template, *, by: Member, now: datetime) -> None:
    """Offered again."""
    rows = Template.objects.filter(pk=template.pk, archived_at__isnull=False)
    if rows.update(archived_at=None):
        audit.record(template.practice_id, "restore", "template", template.pk, by=by, now=now)


@transaction.atomic
def install_starters(practice: Practice, *, by: Member | None, now: datetime) -> int:
    """The starters of this kind of practice, in the languages it writes in, that it does not have
    yet; how many were new. One that was renamed or put away does not come back."""
    languages = practice.languages or [practice.language]
    held = set(practice.templates.exclude(starter="").values_list("starter", "language"))
    return sum(
        _install(practice, starter, language, by=by, now=now)
        for language in languages
        for starter in starters(practice.kind, language)
        if (starter.key, language) not in held
    )


def mark_used(version: TemplateVersion, *, now: datetime) -> None:
    """A message was made of it: from now on it stays as it is."""
    TemplateVersion.objects.filter(pk=version.pk, used_at=None).update(used_at=now)


def _install(
    practice: Practice, starter: Starter, language: str, *, by: Member | None, now: datetime
) -> bool:
    facts = {
        "channel": starter.channel,
        "purpose": starter.purpose,
        "language": language,
        "name": starter.name,
    }
    wording = Wording(starter.subject, starter.body)
    try:
        create(practice, facts, wording, by=by, now=now, starter=starter.key)
    except NameTaken:  # they have one of their own by that name
        return False
    return True


def _write(
    template: Template,
    number: int,
    wording: Wording,
    kept: Iterable[Enclosure],
    *,
    by: Member | None,
    now: datetime,
) -> TemplateVersion:
    version = template.versions.create(
        practice_id=template.practice_id,
        n=number,
        subject=wording.subject,
        body=wording.body,
        by=by,
        at=now,
    )
    rows = [*copies(kept), *keep(template.practice_id, wording.files)]
    for row in rows:
        row.version = version
    Enclosure.objects.bulk_create(rows)
    return version
