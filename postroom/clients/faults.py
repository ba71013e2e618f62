"""What is wrong with something that should be an address, and at which letter."""

from dataclasses import dataclass

_NEVER = frozenset('()<>[]:;,\\"')


@dataclass(frozen=True)
class Fault:
    """`code` is a key of words.FAULTS; `place` counts letters from 1, 0 for the whole."""

    code: str
    place: int = 0
    letter: str = ""


def fault(text: str) -> Fault:
    """The first thing wrong with a text that is not an email address (RFC 5321, 4.1.2)."""
    for place, letter in enumerate(text, 1):
        if letter.isspace():
            return Fault("space", place)
        if not letter.isprintable():
            return Fault("invisible", place)
        if letter in _NEVER:
            return Fault("letter", place, letter)
    if "@" not in text:
        return Fault("no-at")
    if text.count("@") > 1:
        return Fault("two-ats", text.index("@", text.index("@") + 1) + 1)
    local, _, domain = text.partition("@")
    if not local or not domain:
        return Fault("nothing-before" if not local else "nothing-after", len(local) + 1)
    return _of_dots(local, domain) or _of_domain(len(local) + 1, domain) or Fault("other")


def _of_dots(local: str, domain: str) -> Fault | None:
    text = f"{local}@{domain}"
    if ".." in text:
        return Fault("dot", text.index("..") + 2)
    for part, start in ((local, 0), (domain, len(local) + 1)):
        if part.startswith("."):
            return Fault("dot", start + 1)
        if part.endswith("."):
            return Fault("dot", start + len(part))
    return None


def _of_domain(before: int, domain: str) -> Fault | None:
    for place, letter in enumerate(domain, before + 1):
        if not (letter.isalnum() or letter in ".-"):
            return Fault("letter", place, letter)
    return None
