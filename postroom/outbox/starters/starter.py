"""The shape of a starter."""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Starter:
    """`key` is the same in every language; channel and purpose as in Template."""

    key: str
    name: str
    subject: str
    body: str
    channel: str = "email"
    purpose: str = "message"


def unwrapped(starter: Starter) -> Starter:
    """With each paragraph and each line of a list on one line, as somebody would type it."""
    return replace(starter, body=re.sub(r"(?<=\S)\n(?=[^\n-])", " ", starter.body).strip() + "\n")
