"""What went wrong while one mail was read, and what may still be spent on it."""

from postroom.kit.mime.letter import TEXT_LIMIT

# Guessing a charset takes milliseconds, and a mail may hold a thousand parts.
GUESSES = 20


class Notes:
    """Problem codes in the order of their finding, and budgets of one reading."""

    def __init__(self) -> None:
        self._codes: dict[str, None] = {}
        self._guesses = GUESSES
        self._room = {"text/plain": TEXT_LIMIT, "text/html": TEXT_LIMIT}

    @property
    def problems(self) -> tuple[str, ...]:
        return tuple(self._codes)

    def add(self, code: str) -> None:
        self._codes[code] = None

    def may_guess(self) -> bool:
        self._guesses -= 1
        return self._guesses >= 0

    def room_for(self, kind: str, size: int) -> int:
        """How many of `size` bytes of this kind may still be shown as the letter's body."""
        granted = min(size, self._room[kind])
        self._room[kind] -= granted
        return granted
