"""Answers a good server hardly ever gives, for ScriptedImap.answer.

Each is a function (session, tag, args) or makes one; True means the command has been answered.
"""

from collections.abc import Callable

from .imap_store import fetch_item

Answer = Callable[..., bool]


def refuse(text: str) -> Answer:
    """A tagged NO, for instance refuse("[THROTTLED] Too many commands")."""

    def answer(session, tag, args) -> bool:
        session.send(f"{tag} NO {text}")
        return True

    return answer


throttled = refuse("[THROTTLED] Account exceeded command or bandwidth limits")
overquota = refuse("[OVERQUOTA] Quota exceeded (mailbox for user is full)")
expunge_issued = refuse("[EXPUNGEISSUED] Some of the requested messages no longer exist.")
login_refused = refuse("[AUTHENTICATIONFAILED] Authentication failed.")


def for_bodies(answer: Answer) -> Answer:
    """The same answer to a FETCH, but only where whole mails are asked for."""

    def only(session, tag, args) -> bool:
        return "BODY.PEEK[]" in str(args).upper() and answer(session, tag, args)

    return only


def ok_without_copyuid(session, tag, args) -> bool:
    """MOVE done, and not a word about the new UIDs (no UIDPLUS behind a proxy that claims it)."""
    with session.store.lock:
        session.move(args[0], _target(session, args), silent=True)
    session.send(f"{tag} OK Move completed.")
    return True


def ok_and_nothing_moved(session, tag, args) -> bool:
    """MOVE says OK though another hand took the mail away the moment before (E9)."""
    with session.store.lock:
        elsewhere = session.store.boxes.get("Personal") or session.store.add_folder("Personal")
        session.move(args[0], elsewhere, silent=True)
    session.send(f"{tag} OK No messages found")
    return True


def ok_and_left_in_place(session, tag, args) -> bool:
    """MOVE says OK and does nothing at all: the mail is where it was."""
    session.send(f"{tag} OK Move completed.")
    return True


def wrong_copyuid(session, tag, args) -> bool:
    """MOVE done, but COPYUID names UIDs that the mails did not get."""
    with session.store.lock:
        target = _target(session, args)
        count = len(session.box.chosen(args[0]))
        made = ",".join(str(target.uidnext + 500 + n) for n in range(count))
        session.send(f"* OK [COPYUID {target.uidvalidity} {args[0]} {made}] Moved UIDs.")
        session.move(args[0], target, silent=True)
    session.send(f"{tag} OK Move completed.")
    return True


def done_and_hang_up(session, tag, args) -> bool:
    """MOVE done and the line dead before a word of it is said."""
    with session.store.lock:
        session.box.mails, gone = (
            {u: m for u, m in session.box.mails.items() if m not in session.box.chosen(args[0])},
            session.box.chosen(args[0]),
        )
        for mail in gone:
            _target(session, args).add(mail.raw, mail.flags, mail.date)
    session.hang_up()
    return True


def bye_in_mid_fetch(session, tag, args) -> bool:
    """BYE between two mails of one FETCH, then the end; the second literal is cut in half."""
    with session.store.lock:
        mails = session.box.chosen(args[0])
        items = _items(args)
        for mail in mails[: len(mails) // 2]:
            session.send_mail(mail, items)
        half = b" ".join(fetch_item(mails[-1], item) for item in ["UID", *items])
    session.sock.sendall(b"* 1 FETCH (" + half[: len(half) // 2])
    session.hang_up()
    return True


def bye_before_fetch(session, tag, args) -> bool:
    """A clean BYE instead of the mails."""
    session.send("* BYE Server shutting down.")
    session.hang_up()
    return True


def uids_out_of_order(session, tag, args) -> bool:
    """SEARCH and FETCH answers in any order (RFC 9051 promises none)."""
    with session.store.lock:
        if "FETCH" in session.server.commands[-1].upper():
            for mail in reversed(session.box.chosen(args[0])):
                session.send_mail(mail, _items(args))
        else:
            uids = sorted(session.box.mails, key=lambda uid: (uid % 3, -uid))
            session.send(" ".join(["* SEARCH", *map(str, uids)]))
    session.send(f"{tag} OK done")
    return True


def wrong_size(session, tag, args) -> bool:
    """RFC822.SIZE off by one: what came is not the whole mail, or the server cannot count."""
    with session.store.lock:
        for mail in session.box.chosen(args[0]):
            true = b"RFC822.SIZE %d" % len(mail.raw)
            body = b" ".join(fetch_item(mail, item) for item in ["UID", *_items(args)])
            body = body.replace(true, b"RFC822.SIZE %d" % (len(mail.raw) + 1), 1)
            index = session.view.index(mail.uid) + 1
            session.send(b"* %d FETCH (%s)" % (index, body))
    session.send(f"{tag} OK done")
    return True


def huge_literal(session, tag, args) -> bool:
    """A literal of 2 GiB is announced; a kilobyte of it comes, then the line is dead."""
    with session.store.lock:
        uid = session.box.chosen(args[0])[0].uid
    session.send(f"* 1 FETCH (UID {uid} BODY[] {{2147483647}}")
    session.sock.sendall(b"x" * 1024)
    session.hang_up()
    return True


def unasked_news(session, tag, args) -> bool:
    """Talk nobody asked for before the ordinary answer: flags of other mails, ALERT, EXISTS."""
    session.send("* OK [ALERT] The mailbox will be down for maintenance.")
    if session.view:
        session.send("* 1 FETCH (FLAGS (\\Seen $Forwarded))")
        session.send(f"* {len(session.view)} EXISTS")
    return False


def _target(session, args):
    return session.store.boxes[session.server.folder(args[1])]


def _items(args) -> list[str]:
    items = args[1] if isinstance(args[1], list) else [args[1]]
    return [item for item in items if item.upper() != "UID"]
