"""Text as people wrote it, made safe to keep, to search and to show."""

import unicodedata


def fold(text: str) -> str:
    """Lower case without accents, for comparing and searching."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
