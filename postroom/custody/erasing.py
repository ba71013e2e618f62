"""Erasing a client (GDPR 17): said beforehand, done in slices, and not brought back.

    waiting ─→ letters ─ a slice at a time ─→ record ─ one commit ─→ sweep ─→ done
               entries only theirs, with       what they share, the   index merged, journal
               mails, files, words             book, people, the row  emptied, files looked for

Safe to break off at any point and to do again: what is left is found from the rows.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction

from postroom.appointments import erasing as book
from postroom.clients import erasing as people
from postroom.clients.models import Client, ContactPoint
from postroom.custody import exporting, holding
from postroom.custody.models import Hold
from postroom.intake import erasing as ledgers
from postroom.intake.erasing import Place
from postroom.kit.overwriting import overwrite
from postroom.outbox import erasing as outbox
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member
from postroom.register import erasing as register
from postroom.register import list_exports
from postroom.register.erasing import Burden
from postroom.register.models import Entry
from postroom.register.naming_views import views_naming

KIND = "erase"
TASK = "postroom.custody.tasks.advance_erasure"
LETTERS, SWEEP = "letters", "sweep"
AT_ONCE = 50  # entries of one commit
SLICE = 10.0  # seconds, after which other tasks have their turn
SWEEPING = (KIND, "retention")
LATELY = timedelta(days=2)
OVERWRITING = timedelta(minutes=5)  # it waits for who reads, and must not look dead
TABLES = (
    *("register_entry", "register_entrytext", "register_entryclient", "register_storedmail"),
    *("register_attachment", "clients_client", "clients_contact", "clients_contactpoint"),
    *("clients_patient", "appointments_appointment", "appointments_dueitem"),
    *("clients_clientnote", "register_notedraft", "register_earlierversion"),
    *("register_removedentry", "register_savedview", "register_internalnote"),
    *("outbox_message", "outbox_draft", "outbox_enclosure"),
)
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preview:
    """What an erasure would do. `goes` with the client; `shared` letters stay for others;
    `waiting` ones from their addresses are on no record; `places` keep their copies."""

    client: Client
    goes: Burden
    shared: int
    dates: int
    people: int
    patients: int
    waiting: int
    exports: int
    messages: int  # about or to them, kept out of the register
    views: int  # saved views of the register that name them
    places: list[Place]
    holds: list[Hold]


def preview(client: Client) -> Preview:
    """Say what would happen; nothing is changed."""
    family = people.with_merged(client)
    ids = [row.pk for row in family]
    alone = register.theirs_alone(client.practice_id, ids)
    norms = ContactPoint.objects.filter(contact__in=people.people_of(client)).values("norm")
    waiting = Entry.objects.filter(practice=client.practice_id, owner=None).waiting()
    jobs = Job.objects.filter(practice=client.practice_id, kind__startswith=exporting.KIND)
    return Preview(
        client=client,
        goes=register.burden(alone),
        shared=register.shared(client.practice_id, ids).count(),
        dates=book.count(family),
        people=people.people_of(client).count(),
        patients=client.patients.count(),
        waiting=waiting.filter(sender_norm__in=norms).exclude(sender_norm="").count(),
        exports=sum(client.pk in job.data["clients"] for job in jobs),
        views=views_naming(client.practice_id, family).count(),
        messages=outbox.messages_going(client.practice_id, ids, people.people_of(client)),
        places=ledgers.places(alone),
        holds=holding.holds_on(family),
    )


def begin(client: Client, *, by: Member, now: datetime) -> Job:
    """Begin to erase. Raises holding.Held, longwork.Busy; nothing is changed then."""
    seen = preview(client)
    if seen.holds:
        raise holding.Held
    with transaction.atomic():
        data = {"client": client.pk, **_told(seen)}
        job = longwork.draft(client.practice, KIND, TASK, by=by, source=None, data=data, now=now)
        longwork.start(job, LETTERS, data={}, now=now)
        Job.objects.filter(pk=job.pk).update(total=seen.goes.entries)
        audit.record(client.practice_id, "ask_erase", "client", client.pk, by=by, now=now)
    return job


def erase_now(client: Client, *, who: str, now: datetime) -> dict[str, Any]:
    """The same at once, for who runs the server; what was done. Raises holding.Held."""
    seen = preview(client)
    if seen.holds:
        raise holding.Held
    practice = client.practice_id
    done = 0
    while True:
        while n := erase_some(client, now=now):
            done += n
        rest = erase_rest(client, done, by=None, who=who, now=now)
        if rest is not None:
            break
    register.unlink_erased(practice, now)
    more = register.squeeze_index(first=True)
    while more:
        more = register.squeeze_index(first=False)
    return {**_told(seen), **rest, "entries": done, "journal": overwrite(TABLES)}


def advance(job_id: int, *, clock: Clock) -> None:
    """Go on for a while; harmless when somebody else does, or nothing is left."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        if job.stage == LETTERS:
            _erase(job, clock)
        else:
            _finish(job, clock)
    except longwork.Lost:
        log.info("erasure %s is another worker's", job_id)
    except holding.Held:
        _fail(job, "held", clock)
    except OperationalError:
        raise  # the database is busy or away: the task is tried again
    except Exception:
        log.exception("erasure %s failed", job_id)
        _fail(job, "unexpected", clock)


def erase_some(client: Client, *, now: datetime) -> int:
    """Erase the next entries that are this client's alone; how many, 0 when none is left.

    Raises holding.Held when somebody has come with a hold meanwhile.
    """
    family = people.with_merged(client)
    with transaction.atomic():
        Client.objects.select_for_update().filter(pk=client.pk).first()
        holding.refuse(family)
        alone = register.theirs_alone(client.practice_id, [row.pk for row in family])
        ids = list(alone.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if ids:
            erase_entries(client.practice_id, ids, now=now)
    return len(ids)


def erase_entries(practice: int, ids: list[int], *, now: datetime) -> None:
    """Erase these entries in every room, top to bottom. Call within a transaction."""
    ledgers.let_go(practice, ids)
    outbox.erase_entries(practice, ids)
    register.erase_entries(practice, ids, now=now)


@transaction.atomic
def erase_rest(
    client: Client, entries: int, *, by: Member | None, now: datetime, who: str = ""
) -> dict[str, int] | None:
    """All but the letters: their share in others' letters, the book, people, the client. None
    where a letter was filed meanwhile: that goes first. One line of the audit, without content."""
    family = people.with_merged(client)
    ids = [row.pk for row in family]
    if not Client.objects.select_for_update().filter(pk=client.pk).exists():
        return {"shared": 0, "dates": 0, "messages": 0, "views": 0}
    holding.refuse(family)
    if register.theirs_alone(client.practice_id, ids).exists():
        return None
    exporting.drop_of_clients(client.practice_id, ids)
    list_exports.drop_all(client.practice_id)
    views = views_naming(client.practice_id, family).delete()[0]
    messages = sum(
        outbox.erase_client(client.practice_id, ids, people.people_of(row), now=now)
        for row in family
    )
    shared = register.let_go(client.practice_id, ids)
    dates = sum(book.erase_client(row) for row in family)
    people.erase_client(client)
    counts = {"shared": shared, "dates": dates, "messages": messages, "views": views}
    data = {"entries": entries, **counts}
    audit.record(
        client.practice_id, "erase_client", "client", ids[0], by=by, now=now, data=data, who=who
    )
    return counts


def _erase(job: Job, clock: Clock) -> None:
    began = time.monotonic()
    client = Client.objects.filter(practice=job.practice, pk=job.data["client"]).first()
    while client is not None:
        with transaction.atomic():
            n = erase_some(client, now=clock())
            longwork.beat(job, now=clock(), done=job.done + n)
        if not n:
            with transaction.atomic():
                rest = erase_rest(client, job.done, by=job.member, now=clock())
                if rest is not None:
                    longwork.beat(
                        job, now=clock(), stage=SWEEP, result={"entries": job.done, **rest}
                    )
            if rest is not None:
                break
        if time.monotonic() - began > SLICE:
            longwork.pause(job, now=clock())
            return
    _finish(job, clock)


def _finish(job: Job, clock: Clock) -> None:
    result = sweep(job, clock)
    if result is not None:
        told = {name: job.data[name] for name in ("files", "size", "places")}
        longwork.finish(job, {**told, **result}, now=clock())


def sweep(job: Job, clock: Clock) -> dict[str, Any] | None:
    """Nothing of it stays in free pages, in the index, in the journal or on the disk: what the job
    found until now, with how that went; None where it goes on later."""
    began, result = time.monotonic(), dict(job.result)
    register.unlink_erased(job.practice_id, job.created_at)
    more = register.squeeze_index(first="swept" not in result)
    result["swept"] = True
    while more:
        longwork.beat(job, now=clock(), result=result)
        if time.monotonic() - began > SLICE:
            longwork.pause(job, now=clock())
            return None
        more = register.squeeze_index(first=False)
    longwork.beat(job, now=clock() + OVERWRITING, result=result)
    return {**result, "journal": overwrite(TABLES)}


def sweep_again(now: datetime) -> bool:
    """Empty the journal once more after days with erasures: somebody may have been reading."""
    lately = Job.objects.filter(kind__in=SWEEPING, ended_at__gt=now - LATELY)
    return lately.exists() and overwrite(TABLES)


def _told(seen: Preview) -> dict[str, Any]:
    """What a job remembers of a preview: numbers, and folders."""
    return {
        "files": seen.goes.files,
        "size": seen.goes.size,
        "places": [asdict(place) for place in seen.places],
    }


def _fail(job: Job, trouble: str, clock: Clock) -> None:
    try:
        longwork.fail(job, {**job.result, "trouble": trouble}, now=clock())
    except longwork.Lost:
        log.info("erasure %s is another worker's", job.pk)
