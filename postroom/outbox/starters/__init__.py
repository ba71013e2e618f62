"""Templates to begin with, in English and French, for the four kinds of practice.

Written in the reader's language one by one, not translated by gettext: they are letters of the
practice's, which it goes on changing.
"""

from postroom.outbox.starters import english, french
from postroom.outbox.starters.starter import Starter, unwrapped

__all__ = ["Starter", "languages", "starters"]

_BY_LANGUAGE = {"en": english, "fr": french}


def languages() -> list[str]:
    return list(_BY_LANGUAGE)


def starters(kind: str, language: str) -> list[Starter]:
    """Those for this kind of practice; none in a language we do not write."""
    if language not in _BY_LANGUAGE:
        return []
    shelf = _BY_LANGUAGE[language]
    return [unwrapped(one) for one in (*shelf.EVERYBODY, *shelf.KINDS.get(kind, ()))]
