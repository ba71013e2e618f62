"""What every reader makes of a file or feed: rows of appointments or of due dates.

A field that is not told is absent from `values` and left as it is; one told empty is emptied.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from postroom.appointments.rules import LONGEST_REF
from postroom.clients.importing import Problem

Kind = Literal["appointments", "due"]
# What the tables hold, in characters. What is only shown is cut; what is compared must fit.
LIMITS = {"reference": LONGEST_REF, "client": 64, "patient": 120, "kind": 120}
CUT = {"subject": 200, "practitioner": 120}
LONGEST = timedelta(days=31)  # of one appointment; a longer one has a wrong end


@dataclass(frozen=True, slots=True)
class Row:
    """One appointment or due date. With errors, only `number` and `errors` mean something."""

    number: int
    ref: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)  # fields of the model
    hints: tuple[tuple[str, str], ...] = ()  # other ways to the client: ("ref" | "email", text)
    errors: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
