"""A practice with one row of each noun that a path can name."""

import io
from datetime import timedelta
from typing import Any

from django.utils import timezone

from postroom.appointments.actions import save_feed
from postroom.clients import uploads
from postroom.clients.models import ClientNote, Contact, Group, GroupMember, Patient, SenderRule
from postroom.connections.models import DropFolder, MailAccount, SmtpAccount, Workflow
from postroom.custody import shelf
from postroom.outbox import drafting, template_actions
from postroom.outbox.draft_models import Draft
from postroom.outbox.enclosures import NewFile
from postroom.outbox.models import Message
from postroom.outbox.template_actions import Wording
from postroom.practice import rules, tokens
from postroom.practice.models import ClosedDay, Invitation, Job, MemberAddress, Practice, Role
from postroom.register.models import Attachment, Entry, EntryClient, InternalNote, StoredMail
from tests.support.cast import make_member


def rows_of(practice: Practice, client: Any) -> dict[str, int]:
    """One row of each noun, with the ids of the two practices never the same."""
    now = timezone.now()
    account = MailAccount.objects.create(practice=practice, name="Post", host="imap.example")
    workflow = Workflow.objects.create(practice=practice, account=account)
    entry = Entry.objects.create(
        practice=practice, account=account, at=now, created_at=now, filing=Entry.RESOLVED
    )
    EntryClient.objects.create(practice=practice, entry=entry, client=client, at=now)
    family = Group.objects.create(practice=practice, name="Family")
    GroupMember.objects.create(practice=practice, group=family, client=client)
    patient = Patient.objects.create(practice=practice, client=client, ref="1", name="Biscuit")
    note = ClientNote.objects.create(practice=practice, client=client, text="Call late", at=now)
    said = InternalNote.objects.create(practice=practice, entry=entry, text="Call late", at=now)
    contact = client.contacts.get()
    laboratory = Contact.objects.create(practice=practice, name="Laboratory", professional=True)
    key = f"{practice.slug:0>64}"
    mail = StoredMail.objects.create(
        practice=practice, entry=entry, content_key=key, raw_sha256=key, size=1
    )
    mail.path.parent.mkdir(parents=True, exist_ok=True)
    mail.path.write_bytes(LETTER)
    attachment = Attachment.objects.create(
        practice=practice, entry=entry, mail=mail, n=1, name="a.eml", type="message/rfc822", size=4
    )
    somebody = make_member(practice, "Mona Person", "reception")
    address = MemberAddress.objects.create(
        practice=practice, member=somebody, value="m@home.example", norm="m@home.example"
    )
    sender = SenderRule.objects.create(
        practice=practice, pattern="news.example", kind=SenderRule.IGNORE, at=now
    )
    mailbox = MailAccount.objects.create(
        practice=practice, name="Own", host="imap.example", owner=somebody
    )
    own_workflow = Workflow.objects.create(practice=practice, account=mailbox)
    smtp = SmtpAccount.objects.create(
        practice=practice, name="Desk", host="smtp.example", address="desk@practice.test"
    )
    own_smtp = SmtpAccount.objects.create(
        practice=practice, name="Own", host="smtp.example", address="m@home.test", owner=somebody
    )
    message = Message.objects.create(
        practice=practice,
        key="test:1",
        state=Message.FAILED,
        due=now,
        not_before=now,
        account=smtp,
        entry=entry,
        sender=smtp.address,
        recipients=["nobody@example.net"],
        to_address="nobody@example.net",
        message_id=f"<{practice.slug}@practice.test>",
        content_key=key,
        size=len(LETTER),
        created_at=now,
    )
    closed_day = ClosedDay.objects.create(practice=practice, day=now.date())
    role = Role.objects.create(practice=practice, key="own", name="Own", rights=[rules.READ])
    invitation = Invitation.objects.create(
        practice=practice,
        email="new@person.example",
        name="New Person",
        role=role,
        hash=key,
        created_at=now,
        expires_at=now + timedelta(hours=48),
    )
    scans = DropFolder.objects.create(practice=practice, name="Scans", path=f"/{practice.slug}")
    token, _words = tokens.create(practice, "System", expires_at=None, by=None, now=now)
    feed = save_feed(practice, "Book", "https://book.example/a.ics", 15, by=None, now=now)
    kept = uploads.keep(io.BytesIO(b"reference,name\nC1,Ana\n"), 23)
    data = {"key": kept.key, "name": "list.csv", "rows": 1, "places": {}, "task": ""}
    job = Job.objects.create(
        practice=practice, kind="import.clients", state=Job.STOPPED, data=data, created_at=now
    )
    book = {"key": uploads.keep_raw(io.BytesIO(b"client,kind,due\n")), "name": "due.csv"}
    book |= {"of": "due", "source": "System", "mark_gone": False, "task": ""}
    book_job = Job.objects.create(
        practice=practice, kind="import.due", state=Job.STOPPED, data=book, created_at=now
    )
    made = {"what": "entry", "pk": entry.pk, "format": "zip", "clients": [], "closed": 0}
    made |= {"key": shelf.new([entry.pk])[0], "expected": 1, "language": "en", "reads": False}
    (shelf.folder(made["key"]) / "archive.zip").write_bytes(b"PK")
    done = {"file": "archive.zip", "size": 2, "written": 1}
    export = Job.objects.create(
        practice=practice, kind=f"export-{somebody.pk}", member=somebody, state=Job.DONE,
        data=made, result=done, created_at=now,
    )  # fmt: skip
    erasure = Job.objects.create(
        practice=practice, kind="erase", state=Job.FAILED, data={"client": 0}, created_at=now
    )
    plan = {"plan": {"note": [now.isoformat(), 1]}, "task": ""}
    retention = Job.objects.create(
        practice=practice, kind="retention", state=Job.DRAFT, stage="asks", data=plan,
        created_at=now,
    )  # fmt: skip
    facts = {"name": "Hello", "channel": "email", "purpose": "message", "language": "en"}
    template = template_actions.create(practice, facts, Wording("Hi", "Hi"), by=None, now=now)
    draft = Draft.objects.create(
        practice=practice, author=somebody, key=f"{practice.pk:032x}", created_at=now, saved_at=now,
        message=message,
    )  # fmt: skip
    drafting.attach(draft, [NewFile("scan.txt", "text/plain", b"A scan")], now=now)
    return {
        "export": export.pk,
        "erasure": erasure.pk,
        "retention": retention.pk,
        "draft": draft.pk,
        "enclosure": draft.enclosures.get().pk,
        "template": template.pk,
        "access_token": token.pk,
        "book_job": book_job.pk,
        "account": account.pk,
        "address": address.pk,
        "attachment": attachment.pk,
        "client": client.pk,
        "closed_day": closed_day.pk,
        "drop": scans.pk,
        "entry": entry.pk,
        "invitation": invitation.pk,
        "member": somebody.pk,
        "role": role.pk,
        "sender": sender.pk,
        "source": feed.pk,
        "job": job.pk,
        "contact": contact.pk,
        "correspondent": laboratory.pk,
        "group": family.pk,
        "internal_note": said.pk,
        "note": note.pk,
        "patient": patient.pk,
        "workflow": workflow.pk,
        "mailbox": mailbox.pk,
        "own_workflow": own_workflow.pk,
        "smtp": smtp.pk,
        "own_smtp": own_smtp.pk,
        "message": message.pk,
        "point": contact.points.order_by("pk")[0].pk,
    }


LETTER = b"""From: Hollis <hollis.farrow@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

Hello
--b
Content-Type: text/plain; name=note.txt
Content-Disposition: attachment; filename=note.txt

note
--b--
""".replace(b"\n", b"\r\n")
