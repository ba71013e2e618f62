"""What is handed to `queue`: a letter as a person or a routine means it, before it is bytes."""

from dataclasses import dataclass
from datetime import datetime

from postroom.connections.models import SmtpAccount
from postroom.register.models import Entry

Person = tuple[str, str]  # a name, which may be "", and an address
# A file's name, its type, and its bytes or the number of a StoredFile of the practice.
Enclosed = tuple[str, str, bytes | int]


@dataclass(frozen=True)
class OutgoingLetter:
    """One mail to one or more people, all of whom get the same.

    `text` is the whole of it with LF line ends, signature and quotation too; `html` says the same
    or is "". `from_address` "" is the account's own. `clients`, `patients`: ids on whose records
    it is filed, if `to_register`. `contact_points`: ids of those of the addresses written to that
    are kept with a contact. `not_before`: None leaves the seconds to think again that the member
    who sends it has chosen, ten unless they did (MODEL decision 11); a time gone by is at once.
    `level`: 0 a person's own letter, 1 urgent … 5 can wait (MG-16). `unsubscribe`: of mail to
    many, an https address where one POST ends it (XP-4); mail programs show a button.
    """

    account: SmtpAccount
    to: tuple[Person, ...]
    subject: str
    text: str
    html: str = ""
    cc: tuple[Person, ...] = ()
    bcc: tuple[Person, ...] = ()
    from_name: str = ""
    from_address: str = ""
    reply_to: tuple[Person, ...] = ()
    files: tuple[Enclosed, ...] = ()
    in_reply_to: Entry | None = None
    clients: tuple[int, ...] = ()
    patients: tuple[int, ...] = ()
    contact_points: tuple[int, ...] = ()
    to_register: bool = True
    not_before: datetime | None = None
    level: int = 0
    unsubscribe: str = ""


class NotSendable(Exception):
    """It cannot be queued as it is. `code` is one of outbox/rules.py, `data` what it speaks of;
    words.py says it."""

    def __init__(self, code: str, **data: str | int) -> None:
        super().__init__(f"{code}: {data}" if data else code)
        self.code, self.data = code, data
