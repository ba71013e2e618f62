"""Bringing a list into Alice's practice."""

import io
from datetime import UTC, datetime

import pytest

from postroom.clients.importing import read_clients
from postroom.clients.imports import import_clients

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def bring(cast):
    """Import a text into Alice's practice."""

    def bring(text, **options):
        rows = read_clients(io.BytesIO(text.encode()), country="GB")
        return import_clients(cast.practice, rows, by=cast.alice, now=NOW, **options)

    return bring
