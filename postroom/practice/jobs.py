"""The table that lets each slot of the timetable be taken once (see kit.background.tick)."""

from datetime import datetime, timedelta

from postroom.practice.models import Tick

KEPT = timedelta(days=8)  # longer than any clock is set back by mistake and not noticed
HEART = "watch over"  # the entry of the timetable whose slots are the worker's heartbeat
SKEW = timedelta(minutes=5)  # between the clocks of two workers


def claim_slot(name: str, slot: str) -> bool:
    """True for exactly one caller of a slot: an instant or a date, in ISO 8601.

    A date is claimed once for ever. An instant is free again when a slot more than five minutes
    later was claimed before it: then the clock has been set back, and without this nothing would
    tick until it has made up the time.
    """
    begun = datetime.fromisoformat(slot)
    of_name = Tick.objects.filter(name=name)
    if "T" in slot and of_name.filter(slot__gt=_text(begun + SKEW)).exists():
        of_name.filter(slot__gte=slot).delete()
    _, ours = Tick.objects.get_or_create(name=name, slot=slot)
    if ours:
        of_name.filter(slot__lt=(begun - KEPT).date().isoformat()).delete()
    return ours


def last_beat(name: str = HEART) -> datetime | None:
    """The instant of the latest slot that any worker took of an entry, the heart's own if none
    is named; None where none was taken yet. Ahead of the clock, the clock has been set back."""
    slot = Tick.objects.filter(name=name).order_by("-slot").values_list("slot", flat=True).first()
    return datetime.fromisoformat(slot) if slot else None


def _text(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
