"""Judgement of what was typed for an account: pure."""

from collections.abc import Sequence

INBOX = "INBOX"
TWICE, BACK_TO_INBOX = "twice", "back-to-inbox"


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
