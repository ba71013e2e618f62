"""A person at their own mail program while the product files: moves, copies, flags, deletes."""

import random
from collections.abc import Callable

from .mailbox import Mailbox, content_key

ELSEWHERE = "Personal"


class Meddler:
    """Acts on mails of one folder; `touched` has the content keys whose place was changed.

    connect  gives a new Mailbox each time
    """

    def __init__(self, connect: Callable[[], Mailbox], rng: random.Random, folder="Incoming"):
        self.connect, self.rng, self.folder = connect, rng, folder
        self.touched: set[str] = set()
        self.acts: list[str] = []
        with connect() as mailbox:
            mailbox.add_folders(ELSEWHERE)

    def act(self, kind: str | None = None, uid: int | None = None) -> bool:
        """Do one thing (move, delete, copy or seen) to one mail; False when there was none."""
        kind = kind or self.rng.choice(("move", "move", "delete", "copy", "seen"))
        with self.connect() as mailbox:
            mailbox.select(self.folder)
            uids = mailbox.uids()
            if uid is None and uids:
                # Any of them or the very next one: both are races worth having.
                uid = self.rng.choice((self.rng.choice(uids), uids[0]))
            raw = mailbox.raw(uid) if uid in uids else None
            if raw is None:
                return False
            if kind != "seen":
                self.touched.add(content_key(raw))  # before the act: one too many is harmless
            self.acts.append(kind)
            self._do(mailbox, kind, uid)
        return True

    def snatch(self, groups: tuple[str, ...]) -> None:
        """A fault's hook: take away the mail whose UID the pattern has caught."""
        self.act("move", int(groups[0]))

    def _do(self, mailbox: Mailbox, kind: str, uid: int) -> None:
        if kind == "move":
            mailbox.move(str(uid), ELSEWHERE)
        elif kind == "copy":
            mailbox.imap.uid("COPY", str(uid), ELSEWHERE)
        elif kind == "delete":
            mailbox.imap.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            mailbox.imap.uid("EXPUNGE", str(uid))
        else:
            mailbox.imap.uid("STORE", str(uid), "+FLAGS", r"(\Seen)")
