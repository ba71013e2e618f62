"""A browser in words, for the list of one's sessions: «Firefox, Windows»."""

BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
]
SYSTEMS = [
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
]


def describe(agent: str) -> str:
    """Browser and system from a User-Agent header; "" for what we do not know."""
    found = [_first(agent, table) for table in (BROWSERS, SYSTEMS)]
    return ", ".join(word for word in found if word)


def _first(agent: str, table: list[tuple[str, str]]) -> str:
    return next((word for mark, word in table if mark in agent), "")
