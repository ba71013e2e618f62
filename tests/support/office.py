"""A house, its mail server and what was put in there: what most proofs begin with."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from .dovecot import Dovecot
from .mailbox import Folder, Mailbox
from .mails import Mail, make_mails, put
from .oracle import Finding, Places, compare
from .postroom import House
from .scripted_imap import ScriptedImap


class Post(Protocol):
    """A mailbox as the tests reach it, past the product and past every fault."""

    def put(self, folder: str, mails: Sequence[Mail]) -> None: ...
    def dump(self) -> dict[str, Folder]: ...
    def count(self, folder: str) -> int: ...


@dataclass
class Office:
    """One account of a house; `mails` is everything put in so far."""

    house: House
    post: Post
    places: Places = field(default_factory=Places)
    mails: list[Mail] = field(default_factory=list)

    def put(self, mails: Sequence[Mail], folder: str | None = None) -> None:
        """Let mails arrive."""
        self.mails += mails
        self.post.put(folder or self.places.incoming[0], mails)

    def put_new(self, count: int, seed: int = 1) -> list[Mail]:
        """Let `count` new nasty mails arrive."""
        mails = make_mails(count, random.Random(seed))
        self.put(mails)
        return mails

    def all_filed(self) -> bool:
        """Whether no mail waits in the folder they come in by."""
        return self.post.count(self.places.incoming[0]) == 0

    def assign(self, mail: Mail, reference: str, **env: str) -> None:
        """Resolve one mail by hand, and expect it to lie with that client from now on.

        A mail it was folded with goes along.
        """
        entry = next(line["entry"] for line in self.house.register() if line["sha256"] == mail.key)
        self.house.assign(entry, reference, **env)
        self.mails = [
            replace(one, client=reference) if one.key == mail.key else one for one in self.mails
        ]

    def finding(self, **how) -> Finding:
        """The oracle's verdict on this account."""
        register = self.house.register()
        return compare(self.mails, self.post.dump(), register, places=self.places, **how)

    def check(self, *, rest: bool = False, **how) -> None:
        """Fail with the oracle's words unless every count is zero.

        rest  besides, a further pass must change nothing: not the server, not the register
        """
        server, register = self.post.dump(), self.house.register()
        seen = how.pop("server", server)
        finding = compare(self.mails, seen, register, places=self.places, **how)
        assert finding.held, f"{finding}\n{self.house.log()}"
        if rest:
            self.house.sync()
            assert (self.post.dump(), self.house.register()) == (server, register)


@dataclass(frozen=True)
class DovecotPost:
    """One user's mailbox in a Dovecot."""

    server: Dovecot
    user: str

    def connect(self) -> Mailbox:
        return self.server.connect(self.user)

    def put(self, folder: str, mails: Sequence[Mail]) -> None:
        with self.connect() as mailbox:
            put(mailbox, folder, mails)

    def dump(self) -> dict[str, Folder]:
        return self.server.dump(self.user)

    def count(self, folder: str) -> int:
        with self.connect() as mailbox:
            return mailbox.select(folder, readonly=True)


@dataclass(frozen=True)
class ScriptedPost:
    """The scripted server's mailbox, reached without a connection: its answers may be lies."""

    server: ScriptedImap

    def put(self, folder: str, mails: Sequence[Mail]) -> None:
        for mail in mails:
            for copy in range(mail.copies):
                self.server.put(folder, mail.raw, ["\\Flagged"] if copy < mail.flagged else [])

    def dump(self) -> dict[str, Folder]:
        return self.server.dump()

    def count(self, folder: str) -> int:
        return len(self.server.dump()[folder].messages)


def at_dovecot(house: House, server: Dovecot, *, places: Places | None = None, **account) -> Office:
    """An office whose account is a fresh user's mailbox in Dovecot."""
    places = places or Places()
    user = server.fresh_user(*places.incoming, places.resolved, places.unresolved)
    house.add_account(
        server,
        user,
        incoming=places.incoming[0],
        resolved=places.resolved,
        unresolved=places.unresolved,
        **account,
    )
    return Office(house, DovecotPost(server, user), places)


def at_scripted(house: House, server: ScriptedImap) -> Office:
    """An office whose account is the scripted server, without TLS as loopback allows."""
    house.add_account(server, "anyone", security="none", port=server.port)
    return Office(house, ScriptedPost(server))
