"""What a practice's system sends and hears. A field left out stays as it is; null empties it."""

from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

Text = Annotated[str, Field(max_length=2000)]
Texts = Annotated[list[Annotated[str, Field(max_length=320)]], Field(max_length=50)]
Number = Annotated[str, Field(min_length=1, max_length=128)]
BATCH = 1_000


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class PatientIn(Strict):
    """Whom the care is for, where that is not the client."""

    name: Text
    kind: Text = ""


class ClientIn(Strict):
    """A client: a household, a person, an owner of animals."""

    name: Text
    emails: Texts | None = None
    phones: Texts | None = None
    groups: Texts | None = None
    language: Text | None = None
    birth_date: Text | None = Field(None, description="1980-12-31")
    patients: Annotated[list[PatientIn], Field(max_length=200)] | None = None


class ClientRow(ClientIn):
    reference: Number


class AppointmentIn(Strict):
    """An appointment. A time without an offset is the practice's own."""

    start: Text = Field(description="2026-11-26T09:20:00+01:00")
    end: Text | None = None
    client: Text | None = Field(None, description="the client's reference")
    patient: Text | None = Field(None, description="the patient's reference or name")
    state: Text | None = Field(
        None, description="booked, confirmed, arrived, done, missed or cancelled"
    )
    subject: Text | None = None
    practitioner: Text | None = Field(None, description="the practitioner's name")
    booked: Text | None = Field(None, description="when it was booked")


class AppointmentRow(AppointmentIn):
    reference: Number


class DueIn(Strict):
    """Something that falls due for a client: a vaccine, a check-up."""

    client: Text = Field(description="the client's reference")
    kind: Text
    due: Text = Field(description="2026-11-26")
    patient: Text | None = Field(None, description="the patient's reference or name")
    done: Text | None = Field(None, description="the day it was done")


class DueRow(DueIn):
    reference: Number


class Remark(Schema):
    """What there is to say about a row, counted from 0, and a field of it."""

    row: int
    field: str
    detail: str


class Outcome(Schema):
    """What became of the rows."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    errors: list[Remark]
    warnings: list[Remark]
