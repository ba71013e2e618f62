"""Sessions in the database, each under a digest of its key (RELIABILITY S4).

Django's own backend stores the key as it is, and the key is the cookie: whoever saw a copy of the
database could go on as anybody who is signed in.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone


class SessionStore(db.SessionStore):
    """As Django's, but a row is written, found and removed by `stored_key`."""

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(stored_key(session_key))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(stored_key(key))

    async def adelete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            await super().adelete(stored_key(key))

    def create_model_instance(self, data: Any) -> AbstractBaseSession:
        return _under_digest(super().create_model_instance(data))

    async def acreate_model_instance(self, data: Any) -> AbstractBaseSession:
        return _under_digest(await super().acreate_model_instance(data))

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        row = self._rows().first()
        if row is None:
            self._session_key = None
        return row

    async def _aget_session_from_db(self) -> AbstractBaseSession | None:
        row = await self._rows().afirst()
        if row is None:
            self._session_key = None
        return row

    def _rows(self) -> Any:
        return self.model.objects.filter(
            session_key=stored_key(self.session_key or ""), expire_date__gt=timezone.now()
        )


def stored_key(key: str) -> str:
    """What stands in the database for a session: SHA-256 of its key, cut to Django's 40 columns.

    No salt and no stretching: the key is random, of more than 160 bits.
    """
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _under_digest(row: AbstractBaseSession) -> AbstractBaseSession:
    row.session_key = stored_key(row.session_key)
    return row
