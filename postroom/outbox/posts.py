"""A connection's place in a lane: asking, handing over and listening, one letter at a time."""

import logging
import select
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from postroom.connections.reaching import Settings
from postroom.connections.smtp import DOT, Declined, Line, Lost
from postroom.connections.trouble import SERVER_ERROR, Trouble
from postroom.kit.background.one_thread import OneThread
from postroom.outbox.models import Message
from postroom.outbox.outcomes import by_reply, judged
from postroom.outbox.recording import Outcome

log = logging.getLogger(__name__)
LETTERS_A_LINE = 200  # then a fresh connection: some servers count
AT_ONCE = 100_000  # bytes of a letter that a connection takes without making us wait
GATHER_SECONDS = 0.02  # answers that come so close together are written down together
GOING = 421  # the server hangs up (RFC 5321, 3.8)


@dataclass(eq=False)
class Post:
    """A connection's place, with a thread of its own for what may block, and what it is at."""

    thread: OneThread
    line: Line | None = None
    message: Message | None = None
    raw: bytes = b""  # of the message, while it is handed over
    has_gone: bool = False  # the dot is out
    outcome: Outcome | None = None  # what came of it
    since: float = field(default_factory=time.monotonic)

    def listen(self) -> None:
        """Take the answer to the dot, if it is there."""
        if self.outcome or not (self.message and self.line):
            return
        try:
            reply = self.line.heard()
        except Lost as error:
            self.outcome = judged(self.message, error)
        except Exception as error:
            log.exception("message %s", self.message.pk)
            trouble = Trouble(SERVER_ERROR, type(error).__name__)
            self.outcome = judged(self.message, Lost(DOT, trouble))
        else:
            self.outcome = by_reply(self.message, DOT, reply) if reply else None


def begin(post: Post) -> bool:
    """Ask on a line that stands and takes all at once; False is for the post's thread to do."""
    message, line = post.message, post.line
    if not (message and line and line.is_open) or message.size > AT_ONCE:
        return False
    if line.letters >= LETTERS_A_LINE or not line.takes_at_once(message.recipients):
        return False
    try:
        post.raw = message.read()
        line.ask(message.sender, message.recipients, len(post.raw))
    except (OSError, ValueError, Declined, Lost):
        return False
    return True


def offer(post: Post, message: Message | None, settings: Settings) -> None:
    """In the post's own thread: connect if need be, and hand over all but the dot."""
    assert message is not None
    raw = message.read()
    if post.line and (not post.line.is_open or post.line.letters >= LETTERS_A_LINE):
        post.line.leave()
        post.line = None
    used = post.line is not None
    if post.line is None:
        post.line = Line(settings)
    try:
        post.line.offer(message.sender, message.recipients, raw)
    except (Declined, Lost) as error:
        if isinstance(error, Lost):
            post.line = None
        if not used or (isinstance(error, Declined) and error.reply.code != GOING):
            raise
        # It had rested for a while, and the server has hung up: no fault of this letter.
        post.line = Line(settings)
        try:
            post.line.offer(message.sender, message.recipients, raw)
        except Lost:
            post.line = None
            raise


def listen(posts: Sequence[Post], seconds: float) -> None:
    """Take the answers that come, until all are there or the time is over; after the first one,
    a moment for those close behind it."""
    limit, first = time.monotonic() + seconds, True
    while True:
        for post in posts:
            post.listen()
        left = [post for post in posts if post.outcome is None and post.line]
        if first and len(left) < len(posts):
            limit, first = min(limit, time.monotonic() + GATHER_SECONDS), False
        rest = limit - time.monotonic()
        if not left or rest <= 0:
            return
        ears = select.poll()
        for post in left:
            ears.register(post.line, select.POLLIN)  # type: ignore[arg-type]
        ears.poll(rest * 1000)
