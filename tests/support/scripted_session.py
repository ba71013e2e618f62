"""One connection to the scripted IMAP server: reads commands, gives the ordinary answers."""

import base64
import contextlib
import re
import select
import socket

from imapclient import imap_utf7

from .imap_store import Box, fetch_item, in_set, matches
from .imap_words import words

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r?\n$")


class Session:
    """Send lines with `send`, end it with `hang_up`; `box` is the folder that is open."""

    def __init__(self, server, sock: socket.socket) -> None:
        self.server, self.store, self.sock = server, server.store, sock
        self.file = sock.makefile("rb")
        self.box: Box | None = None
        self.view: list[int] = []
        self.readonly = self.over = False

    def run(self) -> None:
        with self.file:
            self.send("* OK scripted server ready")
            while not self.over and (line := self._read_command()):
                self._obey(*line)

    def send(self, line: str | bytes) -> None:
        """Send one line, or bytes with literals in them."""
        self.sock.sendall((line.encode("latin-1") if isinstance(line, str) else line) + b"\r\n")

    def hang_up(self) -> None:
        """End the connection as a dying server does."""
        self.over = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def default(self, tag: str, command: str, args: list) -> None:
        """The ordinary answer to a command."""
        obey = getattr(self, "_" + command.lower().replace(" ", "_"), None)
        if obey is None:
            self.send(f"{tag} BAD I do not know {command}")
            return
        with self.store.lock:
            obey(tag, args)

    def tell(self) -> None:
        """Tell what others have done to the open folder meanwhile (EXPUNGE, EXISTS)."""
        if self.box is None:
            return
        for index in reversed(range(len(self.view))):
            if self.view[index] not in self.box.mails:
                del self.view[index]
                self.send(f"* {index + 1} EXPUNGE")
        if len(self.view) < len(self.box.mails):
            self.view = sorted(self.box.mails)
            self.send(f"* {len(self.view)} EXISTS")

    # -- reading ------------------------------------------------------------

    def _read_command(self) -> tuple[str, str, list] | None:
        pieces = [self.file.readline()]
        while found := _LITERAL.search(pieces[-1]):
            pieces[-1] = pieces[-1][: found.start()]
            if not found[2]:
                self.send("+ go on")
            pieces += [self.file.read(int(found[1])), self.file.readline()]
        if not pieces[-1].endswith(b"\n"):
            return None
        tag, _, rest = pieces[0].partition(b" ")
        args = words([rest, *pieces[1:]])
        command = args.pop(0).upper()
        if command == "UID":
            command += " " + args.pop(0).upper()
        text = b"{}".join(pieces[::2]).partition(b" ")[2].decode("latin-1").strip()
        self.server.commands.append(text)
        return tag.decode("latin-1"), command, args

    def _obey(self, tag: str, command: str, args: list) -> None:
        for chosen in self.server.chosen_answers(command):
            if chosen.try_it(self, tag, args):
                return
        self.default(tag, command, args)

    # -- any state ----------------------------------------------------------

    def _capability(self, tag, args) -> None:
        self.send(f"* CAPABILITY {' '.join(self.server.capabilities)}")
        self.send(f"{tag} OK done")

    def _noop(self, tag, args) -> None:
        self.tell()
        self.send(f"{tag} OK done")

    _check = _noop

    def _id(self, tag, args) -> None:
        self.send("* ID NIL")
        self.send(f"{tag} OK done")

    def _logout(self, tag, args) -> None:
        self.send("* BYE until next time")
        self.send(f"{tag} OK done")
        self.over = True

    def _login(self, tag, args) -> None:
        if args[1] == self.server.password:
            self.send(f"{tag} OK welcome")
        else:
            self.send(f"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.")

    def _authenticate(self, tag, args) -> None:
        if args[0].upper() != "PLAIN":
            self.send(f"{tag} NO only PLAIN")
            return
        if len(args) < 2:
            self.send("+ ")
        answer = args[1] if len(args) > 1 else self.file.readline().strip()
        self._login(tag, base64.b64decode(answer).decode().split("\0")[1:])

    def _namespace(self, tag, args) -> None:
        self.send('* NAMESPACE (("" "/")) NIL NIL')
        self.send(f"{tag} OK done")

    # -- folders ------------------------------------------------------------

    def _list(self, tag, args) -> None:
        pattern = args[-1]
        if pattern == "":
            self.send('* LIST (\\Noselect) "/" ""')
        wanted = re.escape(args[-2] + pattern).replace(r"\*", ".*").replace("%", "[^/]*")
        for name in self.store.boxes:
            encoded = imap_utf7.encode(name).decode("ascii")
            if re.fullmatch(wanted, encoded):
                self.send(f'* LIST () "/" "{encoded}"')
        self.send(f"{tag} OK done")

    def _lsub(self, tag, args) -> None:
        self.send(f"{tag} OK done")

    def _create(self, tag, args) -> None:
        name = self.server.folder(args[0])
        if name in self.store.boxes:
            self.send(f"{tag} NO [ALREADYEXISTS] It exists")
            return
        self.store.add_folder(name)
        self.send(f"{tag} OK done")

    def _subscribe(self, tag, args) -> None:
        self.send(f"{tag} OK done")

    def _status(self, tag, args) -> None:
        box = self._named(tag, args[0])
        if box:
            unseen = sum("\\Seen" not in mail.flags for mail in box.mails.values())
            facts = {
                "MESSAGES": len(box.mails),
                "UIDNEXT": box.uidnext,
                "UIDVALIDITY": box.uidvalidity,
                "UNSEEN": unseen,
                "RECENT": 0,
            }
            asked = " ".join(f"{w.upper()} {facts[w.upper()]}" for w in args[1])
            self.send(f'* STATUS "{args[0]}" ({asked})')
            self.send(f"{tag} OK done")

    def _select(self, tag, args, *, readonly=False) -> None:
        self.box = self._named(tag, args[0])
        if self.box:
            self.readonly, self.view = readonly, sorted(self.box.mails)
            self.send("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
            self.send(
                "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] ok"
            )
            self.send(f"* {len(self.view)} EXISTS")
            self.send("* 0 RECENT")
            self.send(f"* OK [UIDVALIDITY {self.box.uidvalidity}] ok")
            self.send(f"* OK [UIDNEXT {self.box.uidnext}] ok")
            self.send(f"{tag} OK [READ-{'ONLY' if readonly else 'WRITE'}] done")

    def _examine(self, tag, args) -> None:
        self._select(tag, args, readonly=True)

    def _close(self, tag, args) -> None:
        self.box = None
        self.send(f"{tag} OK done")

    _unselect = _close

    def _append(self, tag, args) -> None:
        box = self._named(tag, args[0])
        if box:
            flags = next((a for a in args[1:-1] if isinstance(a, list)), [])
            uid = box.add(args[-1].encode("latin-1"), flags)
            self.send(f"{tag} OK {self._code(f'APPENDUID {box.uidvalidity} {uid}')}done")

    # -- mails --------------------------------------------------------------

    def _uid_search(self, tag, args) -> None:
        keys = args[2:] if args and args[0] == "CHARSET" else args
        uids = [u for u in sorted(self.box.mails) if matches(self.box.mails[u], keys)]
        self.tell()
        self.send(" ".join(["* SEARCH", *map(str, uids)]))
        self.send(f"{tag} OK done")

    def _fetch(self, tag, args) -> None:
        """FETCH by sequence numbers, of the folder as this session knows it."""
        uids = [uid for number, uid in enumerate(self.view, 1) if in_set(number, args[0])]
        self._uid_fetch(tag, [",".join(map(str, uids)), *args[1:]])

    def _uid_fetch(self, tag, args) -> None:
        for mail in self.box.chosen(args[0]):
            self.send_mail(mail, args[1] if isinstance(args[1], list) else [args[1]])
        self.send(f"{tag} OK done")

    def send_mail(self, mail, items: list) -> None:
        """One FETCH answer with the items asked for; the UID is always among them."""
        if mail.uid not in self.view:
            self.tell()
        names = ["UID", *(item for item in items if item.upper() != "UID")]
        body = b" ".join(fetch_item(mail, name) for name in names)
        self.send(b"* %d FETCH (%s)" % (self.view.index(mail.uid) + 1, body))

    def _uid_store(self, tag, args) -> None:
        how, given = args[1].upper(), args[2] if isinstance(args[2], list) else [args[2]]
        for mail in self.box.chosen(args[0]):
            if how.startswith("+"):
                mail.flags |= set(given)
            elif how.startswith("-"):
                mail.flags -= set(given)
            else:
                mail.flags = set(given)
            if not how.endswith(".SILENT"):
                self.send_mail(mail, ["FLAGS"])
        self.send(f"{tag} OK done")

    def _uid_copy(self, tag, args) -> None:
        target = self._named(tag, args[1])
        if target:
            code = self._code(self.copy(args[0], target))
            self.send(f"{tag} OK {code}done")

    def _uid_move(self, tag, args) -> None:
        target = self._named(tag, args[1])
        if target:
            self.move(args[0], target)
            self.send(f"{tag} OK done")

    def copy(self, uid_set: str, target: Box) -> str:
        """Copy mails; what COPYUID has to say about it, empty when nothing was copied."""
        mails = self.box.chosen(uid_set)
        new = [target.add(mail.raw, mail.flags, mail.date) for mail in mails]
        if not mails:
            return ""
        old, made = (",".join(map(str, ids)) for ids in ([m.uid for m in mails], new))
        return f"COPYUID {target.uidvalidity} {old} {made}"

    def move(self, uid_set: str, target: Box, *, silent: bool = False) -> None:
        """Move mails with the untagged COPYUID before the EXPUNGEs (RFC 6851)."""
        gone = [mail.uid for mail in self.box.chosen(uid_set)]
        code = self._code(self.copy(uid_set, target))
        if code and not silent:
            self.send(f"* OK {code}moved")
        self._remove(gone)

    def _uid_expunge(self, tag, args) -> None:
        self._remove([m.uid for m in self.box.chosen(args[0]) if "\\Deleted" in m.flags])
        self.send(f"{tag} OK done")

    def _expunge(self, tag, args) -> None:
        self._remove([m.uid for m in self.box.mails.values() if "\\Deleted" in m.flags])
        self.send(f"{tag} OK done")

    def _remove(self, uids: list[int]) -> None:
        for uid in uids:
            self.box.mails.pop(uid, None)
        self.tell()

    def _idle(self, tag, args) -> None:
        """Watch the folder until DONE. The lock is held by `default` only while nothing waits."""
        self.send("+ idling")
        self.store.lock.release()
        try:
            while not select.select([self.sock], [], [], 0.05)[0]:
                with self.store.lock:
                    self.tell()
            self.file.readline()
        finally:
            self.store.lock.acquire()
        self.send(f"{tag} OK done")

    # -- inside -------------------------------------------------------------

    def _named(self, tag: str, name: str) -> Box | None:
        box = self.store.boxes.get(self.server.folder(name))
        if box is None:
            self.send(f"{tag} NO [NONEXISTENT] There is no folder {name}")
        return box

    def _code(self, text: str) -> str:
        return f"[{text}] " if text and "UIDPLUS" in self.server.capabilities else ""
