"""IMAP commands cut into words: atoms, quoted strings, literals and lists."""

import re

_WORD = re.compile(
    rb"""\ *(?:
      (?P<open>\() | (?P<close>\))
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<atom>[^\s()"{\[]*(?:\[[^\]]*\][^\s()]*)?)
    )""",
    re.VERBOSE,
)


def words(pieces: list[bytes]) -> list:
    """The words of a command: str, or list for what stands in brackets.

    `pieces` are the line's parts with the literals between them: text, literal, text, literal ...
    Literals come out as they are when they are bytes of a mail, that is always as str (latin-1).
    """
    stack: list[list] = [[]]
    for number, piece in enumerate(pieces):
        if number % 2:
            stack[-1].append(piece.decode("latin-1"))
            continue
        at = 0
        while at < len(piece.rstrip()):
            found = _WORD.match(piece, at)
            if found.end() == at:
                raise ValueError(f"no IMAP command: {piece!r}")
            at = found.end()
            if found["open"]:
                stack.append([])
            elif found["close"]:
                inner = stack.pop()
                stack[-1].append(inner)
            elif found["quoted"] is not None:
                plain = re.sub(rb"\\(.)", rb"\1", found["quoted"])
                stack[-1].append(plain.decode("latin-1"))
            elif found["atom"]:
                stack[-1].append(found["atom"].decode("latin-1"))
    if len(stack) != 1:
        raise ValueError("brackets do not match")
    return stack[0]
