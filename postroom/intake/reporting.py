"""How a practice stands, for programs: the same conditions as on the page, with their codes."""

from datetime import datetime
from typing import Any

from postroom.intake import health_words
from postroom.intake.conditions import Condition
from postroom.intake.health import AccountHealth, Books, Health


def as_json(found: Health) -> dict[str, Any]:
    """Codes, times and numbers; `words` are in the language that is active.

    `well` is False where something has to be mended (amber or red).
    """
    machine = found.machine
    return {
        "at": found.at.isoformat(),
        "well": found.tone == "green",
        "machine": {
            "well": machine.tone == "green",
            "beat_at": _time(machine.beat_at),
            "disk_free": machine.free,
            "disk_size": machine.size,
            "tasks_waiting": machine.waiting,
            "mail_unsent": machine.unsent,
            "conditions": _conditions(machine.conditions),
        },
        "sending": _conditions(condition for _, condition in found.sending),
        "accounts": [account_json(one) for one in found.accounts],
        "drop_folders": [
            {
                "id": drop.folder.pk,
                "name": drop.folder.name,
                "well": drop.tone == "green",
                "checked_at": _time(drop.folder.checked_at),
                "conditions": _conditions(drop.conditions),
            }
            for drop in found.drops
        ],
        "feeds": [
            {
                "id": feed.source.pk,
                "name": feed.source.name,
                "well": feed.tone == "green",
                "checked_at": _time(feed.looked_at),
                "conditions": _conditions(feed.conditions),
            }
            for feed in found.feeds
        ],
        "jobs": [
            {"id": work.job.pk, "kind": work.job.kind, "conditions": _conditions([work.condition])}
            for work in found.work
        ],
    }


def account_json(one: AccountHealth) -> dict[str, Any]:
    """One account; of somebody's own mailbox only that it is there, and whether it is well."""
    account = one.account
    return {
        "id": account.pk,
        "name": account.name if not one.private else "",
        "private": one.private,
        "active": account.active,
        "well": one.tone == "green",
        "checked_at": _time(account.checked_at),
        "taken_at": _time(account.taken_at) if not one.private else None,
        "stands_by": account.stands_by,
        "minutes": one.minutes,
        "conditions": _conditions(one.conditions),
        "folders": [_books(books) for books in one.books],
    }


def _books(books: Books) -> dict[str, Any]:
    return {
        "folder": books.folder,
        "on_server": books.counted,
        "counted_at": _time(books.counted_at),
        **books.parts,
        "gap": books.gap,
        "gap_since": _time(books.gap_since),
    }


def _conditions(conditions: Any) -> list[dict[str, Any]]:
    return [_condition(condition) for condition in conditions]


def _condition(condition: Condition) -> dict[str, Any]:
    said = health_words.say(condition)
    return {
        "code": said.code,
        "tone": said.tone,
        "since": _time(said.since),
        "again_at": _time(said.again_at),
        "alarm": condition.alarm,
        "words": f"{said.sentence} {said.advice}".strip(),
        "detail": said.detail,
    }


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
