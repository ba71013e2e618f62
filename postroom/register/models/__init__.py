"""The correspondence register: one row for all that came in, went out or was noted."""

from postroom.register.models.conversations import Conversation
from postroom.register.models.entries import Entry, EntryClient, EntryPatient, EntryQuerySet, Spelt
from postroom.register.models.filing import EarlierChoice, Refiled
from postroom.register.models.internal_notes import InternalNote, Mention
from postroom.register.models.safety import DirectOpening, PictureChoice, Scan
from postroom.register.models.stored import (
    Attachment,
    StoredFile,
    StoredMail,
    Tombstone,
    TombstoneQuerySet,
    file_path,
    mail_path,
)
from postroom.register.models.threads import Thread, ThreadEntry, ThreadReference
from postroom.register.models.written import (
    EarlierVersion,
    NoteDraft,
    NoteSource,
    RemovedEntry,
    SavedView,
)

__all__ = [
    "Attachment",
    "Conversation",
    "DirectOpening",
    "EarlierChoice",
    "EarlierVersion",
    "Entry",
    "EntryClient",
    "EntryPatient",
    "EntryQuerySet",
    "InternalNote",
    "Mention",
    "NoteDraft",
    "NoteSource",
    "PictureChoice",
    "Refiled",
    "RemovedEntry",
    "SavedView",
    "Scan",
    "Spelt",
    "StoredFile",
    "StoredMail",
    "Thread",
    "ThreadEntry",
    "ThreadReference",
    "Tombstone",
    "TombstoneQuerySet",
    "file_path",
    "mail_path",
]
