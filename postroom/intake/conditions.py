"""One thing that is so and could stop or delay the post, before it has words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

# Told within a quarter of an hour: looked at each minute, so that it is seen after fourteen.
LATE = timedelta(minutes=14)
AFTER_INTERVAL = timedelta(minutes=10)  # where the chosen interval alone is longer than that
LATELY = timedelta(days=7)

GREEN, GREY, AMBER, RED = "green", "grey", "amber", "red"


@dataclass(frozen=True)
class Condition:
    """One thing that is so. `alarm`: administrators are told, not only shown it."""

    code: str
    tone: str = AMBER
    since: datetime | None = None
    again_at: datetime | None = None  # when we try by ourselves
    facts: dict[str, Any] = field(default_factory=dict)
    detail: str = ""  # the server's own words
    alarm: bool = False


def worst(conditions: Iterable[Condition]) -> str:
    """The most serious tone; grey says only that something rests."""
    tones = {condition.tone for condition in conditions}
    return next((tone for tone in (RED, AMBER) if tone in tones), GREEN)
