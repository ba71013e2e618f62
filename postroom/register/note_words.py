"""What is wrong with a list of notes, said to the person who has it before them."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postroom.appointments import words as book
from postroom.clients.importing import Problem
from postroom.kit.tables import NotATable

ROW: dict[str, Promise] = book.ROW | {
    "nobody": _("No client here has the number “{text}”. Import the clients first."),
    "kind": _("“{text}” is not a kind we know, so it becomes a file note."),
    "moment": _("“{text}” is not a day. Write 2026-11-26, 26/11/2026, or either with 09:20."),
}


def sentence(problem: Problem | NotATable) -> str:
    """The problem in the reader's language, without its place."""
    words = book.FILE if isinstance(problem, NotATable) else ROW
    return str(words[problem.code]).format(**problem.data)


def placed(problem: Problem) -> str:
    """The problem with its row and column."""
    place = {"row": problem.row, "column": problem.column, "sentence": sentence(problem)}
    if not problem.column:
        return gettext("Row {row}: {sentence}").format(**place)
    return gettext("Row {row}, {column}: {sentence}").format(**place)


def in_column(problem: Problem) -> str:
    """The problem with its column alone, where the row stands beside it."""
    said = sentence(problem)
    return f"{problem.column}: {said}" if problem.column else said
