"""The one wire to an SMTP server (RFC 5321), in the steps that matter for sending once.

    offer    MAIL, RCPT, DATA and the whole text: the server has nothing yet (`ask`, `hand_over`)
    let_go   the dot: from here on only the server knows
    answer   what it said of it, for which it may take ten minutes (RFC 5321, 4.5.3.2.6)

smtplib connects and speaks the single commands; its `sendmail` makes one error of all that can
happen on either side of the dot (RELIABILITY E3).
"""

import contextlib
import re
import smtplib
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from postroom.connections.reaching import Passed, Settings
from postroom.connections.smtp_session import (
    COMMAND_SECONDS,
    ERRORS,
    Session,
    in_one_line,
    open_session,
    ours,
)
from postroom.connections.trouble import DISCONNECTED, Trouble

ANSWER_SECONDS = 600.0
SLOWEST = 10_000  # bytes a second; a line that is slower is taken for dead
# How far an offer came.
CONNECT, MAIL, RCPT, DATA, TEXT, DOT = "connect", "mail", "rcpt", "data", "text", "dot"
_DOTS = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Reply:
    """A server's answer: its code, and its words in one line."""

    code: int
    said: str

    @property
    def is_yes(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_final(self) -> bool:
        """Whether asking again is of no use (RFC 5321, 4.2.1)."""
        return self.code >= 500


class Declined(Exception):
    """The server did not take a letter at this step; it has nothing of it.

    `address`: the recipient whom it refused, if it was that. The connection can be used on.
    """

    def __init__(self, phase: str, reply: Reply, address: str = "") -> None:
        super().__init__(f"{phase}: {reply.code} {reply.said}")
        self.phase, self.reply, self.address = phase, reply, address


class Lost(Exception):
    """The connection broke at this step. Before DOT the server has nothing; at DOT nobody knows."""

    def __init__(self, phase: str, trouble: Trouble) -> None:
        super().__init__(f"{phase}: {trouble}")
        self.phase, self.trouble = phase, trouble


class Line:
    """A signed-in connection, for one letter at a time. Not for two threads at once, but `cut`."""

    def __init__(self, settings: Settings, passed: Passed = lambda step: None) -> None:
        """Connect and sign in. Raises Trouble."""
        self.letters = 0  # answered on this connection
        self._commands: list[tuple[str, str, str]] = []  # of the letter: step, words, recipient
        self._asked = False  # all of them together
        self._smtp = Session(settings, passed)
        try:
            open_session(self._smtp, settings, passed)
        except BaseException:
            self.cut()
            raise

    def offer(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Hand over all but the dot. Raises Declined, for one recipient too: then nobody gets
        it; Lost."""
        self.ask(sender, recipients, len(raw))
        self.hand_over(raw)

    def takes_at_once(self, recipients: Sequence[str]) -> bool:
        """Whether `ask` says all there is to say, so that several lines can be asked in turn and
        heard in turn."""
        return len(recipients) == 1 and self._smtp.has_extn("pipelining")

    def ask(self, sender: str, recipients: Sequence[str], size: int) -> None:
        """The first half of an offer: MAIL, RCPT and DATA in one go where the server can (RFC
        2920). Waits for nothing. Raises Declined, Lost."""
        commands = [(MAIL, self._mail(sender, recipients, size), "")]
        commands += [(RCPT, f"RCPT TO:<{one}>", one) for one in recipients]
        # With several recipients DATA waits: one may be refused, and then nobody is to get it.
        if self.takes_at_once(recipients):
            commands.append((DATA, "DATA", ""))
        self._commands, self._asked = commands, self._smtp.has_extn("pipelining")
        try:
            self._smtp.patience(COMMAND_SECONDS)
            if self._asked:
                self._send([command for _, command, _ in commands])
        except ERRORS as error:
            self.cut()
            raise Lost(MAIL, ours(error)) from error

    def hand_over(self, raw: bytes) -> None:
        """The second half: hear what the server says to that, and give it the text. Raises
        Declined, Lost."""
        phase = MAIL
        try:
            phase = self._envelope()
            phase = TEXT
            self._smtp.patience(COMMAND_SECONDS + len(raw) / SLOWEST)
            self._smtp.send(_DOTS.sub(b"..", raw))
        except ERRORS as error:
            self.cut()
            raise Lost(phase, ours(error)) from error

    def let_go(self) -> None:
        """Send the dot. Raises Lost: at DOT, whether it arrived is not known."""
        if not self._smtp.is_listening():
            self.cut()
            raise Lost(TEXT, Trouble(DISCONNECTED, "before the end of the text"))
        try:
            self._smtp.send(b".\r\n")
        except ERRORS as error:
            self.cut()
            raise Lost(DOT, ours(error)) from error

    def answer(self, seconds: float = ANSWER_SECONDS) -> Reply:
        """What the server says of the letter. Raises Lost."""
        try:
            self._smtp.patience(seconds)
            return self._taken(*self._smtp.getreply())
        except ERRORS as error:
            self.cut()
            raise Lost(DOT, ours(error)) from error

    def heard(self) -> Reply | None:
        """What the server has said of the letter; None where it has not yet. Waits for nothing.
        Raises Lost."""
        try:
            found = self._smtp.reply_at_hand()
            return self._taken(*found) if found else None
        except ERRORS as error:
            self.cut()
            raise Lost(DOT, ours(error)) from error

    def fileno(self) -> int:
        """For a poll of several lines; -1 where there is none any more."""
        return self._smtp.sock.fileno() if self._smtp.sock else -1

    def _taken(self, code: int, words: bytes) -> Reply:
        reply = Reply(code, in_one_line(words))
        if not 200 <= code < 600:
            raise smtplib.SMTPServerDisconnected(f"{code} {reply.said}")
        self.letters += 1
        return reply

    def leave(self) -> None:
        """QUIT, and no more of it: what the server took it has taken."""
        with contextlib.suppress(*ERRORS):
            self._smtp.patience(2.0)
            self._smtp.quit()
        self.cut()

    def cut(self) -> None:
        """End the connection, also from another thread. A text without its dot is thrown away by
        the server."""
        with contextlib.suppress(OSError):
            if self._smtp.sock:
                socket.socket.shutdown(self._smtp.sock, socket.SHUT_RDWR)
        with contextlib.suppress(*ERRORS):
            self._smtp.close()

    def _envelope(self) -> str:
        """What was asked, up to the 354 of DATA; asked one by one where it was not in one go."""
        commands, asked = self._commands, self._asked
        together = commands[-1][0] == DATA
        declined: Declined | None = None
        for phase, command, address in commands:
            if not asked:
                self._send([command])
            reply = self._reply()
            if phase == DATA and reply.code == 354:
                if declined:  # it waits for a text that it must not get
                    self.cut()
                break
            if declined is None and (phase == DATA or not reply.is_yes):
                declined = Declined(phase, reply, address)
                if not asked:
                    break
        if declined is None and not together:
            self._send(["DATA"])
            reply = self._reply()
            if reply.code != 354:
                declined = Declined(DATA, reply)
        if declined:
            self._reset(declined)
        return DATA

    def _reset(self, declined: Declined) -> None:
        """Leave the line as for the next letter, and say why this one is not taken."""
        if declined.reply.code == 421:
            self.cut()  # the server is going (RFC 5321, 3.8)
        elif self.is_open:
            try:
                self._send(["RSET"])
                if not self._reply().is_yes:
                    self.cut()
            except ERRORS:
                self.cut()
        raise declined

    @property
    def is_open(self) -> bool:
        return self._smtp.sock is not None

    def _mail(self, sender: str, recipients: Sequence[str], size: int) -> str:
        more = f" SIZE={size}" if self._smtp.has_extn("size") else ""
        if not all(one.isascii() for one in (sender, *recipients)):
            if not self._smtp.has_extn("smtputf8"):
                reply = Reply(550, "this server takes no addresses with such letters (SMTPUTF8)")
                raise Declined(MAIL, reply)
            more += " SMTPUTF8"
        return f"MAIL FROM:<{sender}>{more}"

    def _send(self, commands: Sequence[str]) -> None:
        # Whoever wrote the addresses has judged them; a line break here would be a command.
        if any(re.search("[\r\n\0]", command) for command in commands):
            raise ValueError("a line break in a command")
        self._smtp.send("".join(f"{command}\r\n" for command in commands).encode())

    def _reply(self) -> Reply:
        code, words = self._smtp.getreply()
        return Reply(code, in_one_line(words))


def try_server(settings: Settings, passed: Passed) -> list[str]:
    """Connect, sign in and leave; what the server says it can do. Raises Trouble."""
    line = Line(settings, passed)
    line.leave()
    return sorted(line._smtp.esmtp_features)
