"""Pages by key: one index walk however far one has gone, and never a COUNT(*)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet

SIZE = 50
MOST = 200  # counting stops here; a page says "200+"


@dataclass(frozen=True)
class Page:
    """Some rows, and the id to ask the next ones with (None at the end)."""

    rows: list[Any]
    next: int | None


def cut(rows: list[Any], key: Callable[[Any], int], size: int = SIZE) -> Page:
    """A page of rows of which one more than a page was asked for; `key` gives a row's id."""
    page = rows[:size]
    return Page(page, key(page[-1]) if len(rows) > size else None)


def older(at: datetime, pk: int, at_field: str = "at", pk_field: str = "pk") -> Q:
    """What comes after this key in a list whose newest is first."""
    return Q(**{f"{at_field}__lte": at}) & (
        Q(**{f"{at_field}__lt": at}) | Q(**{f"{pk_field}__lt": pk})
    )


def newer(at: datetime, pk: int, at_field: str = "at", pk_field: str = "pk") -> Q:
    return Q(**{f"{at_field}__gte": at}) & (
        Q(**{f"{at_field}__gt": at}) | Q(**{f"{pk_field}__gt": pk})
    )


def bounded(rows: QuerySet[Any], most: int = MOST) -> str:
    """How many there are, in words: "7", or "200+"."""
    return shown(len(rows.order_by().values_list("pk")[: most + 1]), most)


def shown(count: int, most: int = MOST) -> str:
    return str(count) if count <= most else f"{most}+"


def numbers(texts: Iterable[str], most: int = MOST) -> list[int]:
    """Those of so many words of an address that are numbers."""
    return [found for text in islice(texts, most) if (found := number(text)) is not None]


def number(text: str | None) -> int | None:
    """A number out of an address bar; None for anything else."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
