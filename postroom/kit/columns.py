"""Which column of a table is which, by the names people give them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from postroom.kit.tables import NotATable
from postroom.kit.text import fold

_PUNCTUATION = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Headings:
    """The names understood for each field, folded and without punctuation, the best first."""

    names: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...] = ()

    def places(self, header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
        """The column of each field that the table has. `mapping` ({field: name}) comes first.

        Raises NotATable: field, column (mapping names what is not there), twice, missing.
        """
        names = [plain(name) for name in header]
        found = {field: self._named(field, name, names, header) for field, name in mapping.items()}
        for field, headings in self.names.items():
            if field in found:
                continue
            free = ["" if place in found.values() else name for place, name in enumerate(names)]
            for heading in headings:
                if heading in free:
                    found[field] = _only(heading, free, header)
                    break
        for field in self.required:
            if field not in found:
                raise NotATable("missing", field=field, columns=listed(header))
        return found

    def understood(self, header: Sequence[str], mapping: Mapping[str, str]) -> int:
        """How many of these names say something to us."""
        wanted = {heading for headings in self.names.values() for heading in headings}
        wanted |= {plain(name) for name in mapping.values()}
        return sum(plain(name) in wanted for name in header)

    def _named(self, field: str, name: str, names: list[str], header: Sequence[str]) -> int:
        if field not in self.names:
            raise NotATable("field", field=field, fields=", ".join(self.names))
        if plain(name) not in names:
            raise NotATable("column", column=name, columns=listed(header))
        return _only(plain(name), names, header)


def _only(name: str, names: list[str], header: Sequence[str]) -> int:
    place = names.index(name)
    if names.count(name) > 1:
        raise NotATable("twice", column=header[place])
    return place


def plain(name: str) -> str:
    """A name folded and without punctuation, as names are compared."""
    return _PUNCTUATION.sub(" ", fold(name)).strip()


def listed(header: Sequence[str]) -> str:
    """The names a table has, for a sentence."""
    return ", ".join(name[:60] for name in header[:40] if name)
