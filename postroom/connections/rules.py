"""Judgement of what was typed for an account: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

INBOX = "INBOX"
TWICE, BACK_TO_INBOX = "twice", "back-to-inbox"
TAKEN, ROUND = "taken", "round"

FILING, WHOLE_INBOX = "filing", "inbox"  # kinds of workflow
PATIENT_TRIES = 3  # with a password that is refused
LONGEST_WAIT = 3600.0  # seconds
TO_RESOLVED, STAY = "resolved", "stay"  # where a letter goes when its conversation is closed


@dataclass(frozen=True)
class Plan:
    """What a workflow does with folders; one it has no use for is "" once it is `trimmed`."""

    kind: str
    incoming: str
    resolved: str = ""
    unresolved: str = ""
    after_close: str = TO_RESOLVED

    def trimmed(self) -> "Plan":
        """Without the folders this kind never touches."""
        if self.kind == FILING:
            return self
        moves = self.after_close == TO_RESOLVED
        return replace(self, resolved=self.resolved if moves else "", unresolved="")

    @property
    def used(self) -> tuple[str, ...]:
        plan = self.trimmed()
        return tuple(name for name in (plan.incoming, plan.resolved, plan.unresolved) if name)


def one_spelling(folder: str) -> str:
    """A folder's name as we keep it: INBOX is the same folder in any case (RFC 3501, 5.1)."""
    return INBOX if folder.upper() == INBOX else folder


def folder_faults(folders: Sequence[str]) -> dict[int, str]:
    """What is wrong with Incoming, Resolved, Unresolved, in this order: position to code.

    Case aside: many servers keep names that differ only by it in one folder. An empty name is
    no matter of ours.
    """
    folded = [folder.casefold() for folder in folders]
    faults: dict[int, str] = {}
    for position, folder in enumerate(folded):
        if folder and folder in folded[:position]:
            faults[position] = TWICE
        elif position and folder == INBOX.casefold():
            faults[position] = BACK_TO_INBOX
    return faults


def plan_faults(plan: Plan, others: Iterable[Plan]) -> dict[str, str]:
    """What is wrong with a workflow beside the others of its account: field to code.

    Two workflows may share nothing but Resolved, which is an archive for both: a folder read
    twice has each letter in two hands, and one that another workflow moves letters into would
    have them go round.
    """
    plan = plan.trimmed()
    fields = ("incoming", "resolved", "unresolved")
    faults = folder_faults((plan.incoming, plan.resolved, plan.unresolved))
    found = {fields[position]: code for position, code in faults.items()}
    for other in (one.trimmed() for one in others):
        for field, theirs in product(fields, fields):
            name = getattr(plan, field).casefold()
            same = name and name == getattr(other, theirs).casefold()
            if same and field not in found and (field, theirs) != ("resolved", "resolved"):
                found[field] = TAKEN if field == theirs else ROUND
    return found


def back_off(failures: int, first: float, *, final: bool = False) -> timedelta:
    """How long to wait after so many failures before this one: 1 minute, 2, 4, up to an hour.

    The third time it is `final` (a password refused), the account rests until a person looks
    after it, or for a day: it must not be locked for us trying.
    """
    if final and failures >= PATIENT_TRIES - 1:
        return timedelta(days=1)
    return timedelta(seconds=min(first * 2 ** min(failures, 16), LONGEST_WAIT))
