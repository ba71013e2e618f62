"""A Letter as bytes and back: JSON, since what comes from a guarded process is only believed to be
data."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from postroom.kit.mime.letter import Address, Failure, File, Letter


def pack(letter: Letter) -> bytes:
    """The Letter as JSON in ASCII."""
    return json.dumps(asdict(letter), default=datetime.isoformat).encode("ascii")


def unpack(data: bytes) -> Letter:
    """The Letter that was packed. Raises ValueError, KeyError or TypeError for anything else."""
    known: dict[str, Any] = json.loads(data)
    people = ("senders", "reply_to", "original_from", "to", "cc")
    return Letter(
        **{
            **known,
            **{name: tuple(_addresses(known[name])) for name in people},
            "sender": Address(**known["sender"]) if known["sender"] else None,
            "date": datetime.fromisoformat(known["date"]) if known["date"] else None,
            "in_reply_to": tuple(known["in_reply_to"]),
            "references": tuple(known["references"]),
            "files": tuple(File(**one) for one in known["files"]),
            "auth_results": tuple((place, value) for place, value in known["auth_results"]),
            "failures": tuple(Failure(**one) for one in known["failures"]),
            "problems": tuple(known["problems"]),
        }
    )


def _addresses(found: Iterable[dict[str, str]]) -> Iterable[Address]:
    return (Address(**one) for one in found)
