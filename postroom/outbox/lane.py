"""One thread for each sending account: claim, offer, commit `sending`, the dot, the answer.

Up to `account.lines` letters are under way at once, each on a connection of its own, and their
commits are made together: one before their dots, one after their answers with the next claim. A
letter whose answer does not come keeps its connection, and the others go on.

    record and claim (commit) -> offer -> sending (commit) -> hold? -> dot -> answer -> record …
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connections, transaction

from postroom.connections.models import SmtpAccount
from postroom.connections.reaching import Settings
from postroom.connections.smtp import ANSWER_SECONDS, DOT, Declined, Line, Lost, Reply
from postroom.connections.smtp_accounts import note_trouble, note_well, reach
from postroom.connections.trouble import SERVER_ERROR, Trouble
from postroom.kit.background.one_thread import OneThread
from postroom.kit.crash import crash_point
from postroom.kit.processes import Worker
from postroom.outbox import recording, rules
from postroom.outbox.models import Message
from postroom.outbox.recording import Outcome
from postroom.register.models import Spelt

log = logging.getLogger(__name__)
MOST_LINES = 10  # in flight; also what a kill may leave uncertain (MODEL decision 10)
GATHER_SECONDS = 0.02  # answers that come so close together are written down together
IDLE_SECONDS = 20.0  # a connection without work is given back
FEWER_SECONDS = 300.0  # with as many connections as the server took
LONGEST_REST = 5.0  # without a look at what is due
GOING = 421  # the server hangs up (RFC 5321, 3.8)
LETTERS_A_LINE = 200  # then a fresh connection: some servers count


@dataclass(eq=False)
class Post:
    """A connection's place, with a thread of its own for what blocks, and what it is at."""

    thread: OneThread
    line: Line | None = None
    message: Message | None = None
    answer: "Future[Reply] | None" = None
    since: float = field(default_factory=time.monotonic)


class Lane(threading.Thread):
    """Sends what is due through one account until told to stop."""

    def __init__(self, account: int, worker: Worker, clock: Callable[[], datetime]) -> None:
        super().__init__(name=f"send-{account}", daemon=True)
        self.account_id, self.worker, self.clock = account, worker, clock
        self.over = threading.Event()
        self.deadline = float("inf")  # of the answers that are waited for after a stop
        self._woken = threading.Event()
        self._posts: list[Post] = []
        self._answered: list[Outcome] = []  # to be written down with the next claim
        # A server may take fewer connections than we would like: found out, and asked again.
        self._most, self._most_until = MOST_LINES, 0.0

    def wake(self) -> None:
        """Look now. Harmless when it is looking already."""
        self._woken.set()

    def stop(self, deadline: float) -> None:
        """No new letter; those under way are finished, until the deadline (monotonic)."""
        self.deadline = deadline
        self.over.set()
        self.wake()

    def run(self) -> None:
        try:
            recording.heal(self.worker, self.clock(), account=self.account_id)
            while not self.over.is_set() or self._waiting() or self._answered:
                self._turn()
        except Exception:
            # What was under way is put right by the next lane of this account (recording.heal).
            log.exception("sending by account %s ended", self.account_id)
        finally:
            for post in self._posts:
                if post.line:
                    post.line.cut()
                post.thread.shutdown(wait=False)
            connections.close_all()

    def _turn(self) -> None:
        close_old_connections()
        self._woken.clear()
        account = SmtpAccount.objects.working().filter(pk=self.account_id).first()
        if account is None:
            self.over.set()  # switched off; what waits for an answer is waited for
            self.deadline = min(self.deadline, time.monotonic() + ANSWER_SECONDS)
        claimed = self._record_and_claim(account)
        if claimed and account:
            self._send(account, claimed)
        self._gather(rest=not claimed)

    # -- one round ---------------------------------------------------------------------------

    def _record_and_claim(self, account: SmtpAccount | None) -> list[Message]:
        """What the last round came to, and the next letters, in one commit."""
        outcomes, self._answered = self._answered, []
        while True:
            try:
                with transaction.atomic():
                    recording.record(outcomes, worker=self.worker, now=self.clock())
                    claimed = self._claim(account) if account else []
                break
            except DatabaseError:
                self._hold_on(outcomes)
        if outcomes:
            crash_point("after-sent-commit")
        if claimed:
            crash_point("after-claim")
        return claimed

    def _claim(self, account: SmtpAccount) -> list[Message]:
        now = self.clock()
        if self.over.is_set() or account.paused_at:
            return []
        if account.retry_at and account.retry_at > now:
            return []
        if time.monotonic() > self._most_until:
            self._most = MOST_LINES
        room = min(account.lines, self._most) - len(self._waiting())
        if room <= 0:
            return []
        return recording.claim(account, room, worker=self.worker, now=now)

    def _send(self, account: SmtpAccount, claimed: Sequence[Message]) -> None:
        posts = self._free_posts(len(claimed))
        for post, one in zip(posts, claimed, strict=True):
            post.message = one
        try:
            settings = reach(account)
        except Trouble as trouble:
            self._put_back(account, posts, trouble)
            return
        offers = {post: post.thread.submit(_offer, post, post.message, settings) for post in posts}
        outcomes: list[Outcome] = []
        offered: list[Post] = []
        troubles: list[Trouble] = []
        for post, offer in offers.items():
            message = post.message
            assert message is not None
            try:
                offer.result()
            except Trouble as trouble:
                troubles.append(trouble)
                outcomes.append(Outcome(message, rules.UNTRIED, reason=rules.NOT_REACHED))
            except (Declined, Lost) as error:
                outcomes.append(_judged(message, error))
            except FileNotFoundError:
                outcomes.append(
                    Outcome(message, rules.REFUSED, phase="read", reason=rules.FILE_MISSING)
                )
            except Exception as error:  # a fault of ours must not end the account's post for good
                log.exception("message %s", message.pk)
                outcomes.append(
                    Outcome(
                        *(message, rules.LATER),
                        reason=rules.NOT_REACHED,
                        said=type(error).__name__,
                    )
                )
            else:
                offered.append(post)
                continue
            post.message = None
        now = self.clock()
        if troubles and not offered and not self._waiting():
            note_trouble(account, troubles[0], now=now)
        elif troubles:
            self._most = max(len(offered) + len(self._waiting()), 1)
            self._most_until = time.monotonic() + FEWER_SECONDS
        if offered:
            crash_point("after-offer")
            note_well(account, now=now)
        self._record(outcomes)
        self._release(account, offered)

    def _release(self, account: SmtpAccount, offered: Sequence[Post]) -> None:
        """The point of no return, committed for all of them; then their dots."""
        messages = [post.message for post in offered if post.message]
        ours = set(recording.mark_sending(messages, worker=self.worker, now=self.clock()))
        if offered:
            crash_point("after-sending-commit")
        held = recording.is_held(account.practice_id, Message.EMAIL) or _is_paused(account)
        kept: list[Outcome] = []
        for post in offered:
            message = post.message
            assert message and post.line
            if held or message not in ours:
                post.line.cut()  # without its dot the server throws the text away
                post.line, post.message = None, None
                if message in ours:
                    kept.append(Outcome(message, rules.UNTRIED))
                continue
            post.since = time.monotonic()
            try:
                post.line.let_go()
            except Lost as error:
                post.line, post.message = None, None
                kept.append(_judged(message, error))
                continue
            post.answer = post.thread.submit(post.line.answer)
        if any(post.answer for post in offered):
            crash_point("after-dot")
        self._record(kept)

    def _gather(self, *, rest: bool) -> None:
        """Write down the answers that are there; with nothing else to do, wait for the next."""
        waiting = self._waiting()
        answers = [post.answer for post in waiting if post.answer]
        if answers:
            full = len(waiting) >= MOST_LINES or rest
            self._wait_for(answers, LONGEST_REST if full else GATHER_SECONDS)
        elif rest:
            self._rest()
        outcomes: list[Outcome] = []
        late = time.monotonic() > self.deadline
        for post in waiting:
            message, answer = post.message, post.answer
            assert message and answer
            if not answer.done() and not late and not self._is_hopeless(post):
                continue
            outcomes.append(_answered(message, answer))
            if not answer.done() or answer.exception():
                if post.line:
                    post.line.cut()
                post.line = None
                self._replace(post)
            post.message, post.answer, post.since = None, None, time.monotonic()
        if outcomes:
            crash_point("after-answer")
            self._answered += outcomes

    def _wait_for(self, answers: Iterable["Future[Reply]"], seconds: float) -> None:
        done, left = wait(answers, timeout=seconds, return_when=FIRST_COMPLETED)
        if done and left:
            wait(left, timeout=GATHER_SECONDS)

    def _is_hopeless(self, post: Post) -> bool:
        """An answer that drips in for ever: no time-out of a socket ends that."""
        return time.monotonic() - post.since > ANSWER_SECONDS + 30

    def _record(self, outcomes: Sequence[Outcome]) -> None:
        while outcomes:
            try:
                recording.record(outcomes, worker=self.worker, now=self.clock())
                return
            except DatabaseError:
                self._hold_on(outcomes)

    def _hold_on(self, outcomes: Sequence[Outcome]) -> None:
        """In an except clause: what the server said is not forgotten because the database is away
        for a moment."""
        if not outcomes or time.monotonic() > self.deadline:
            raise  # noqa: PLE0704
        log.exception("an answer waits to be written down")
        connections.close_all()
        time.sleep(0.5)

    def _put_back(self, account: SmtpAccount, posts: Sequence[Post], trouble: Trouble) -> None:
        note_trouble(account, trouble, now=self.clock())
        messages = [post.message for post in posts if post.message]
        for post in posts:
            post.message = None
        self._record([Outcome(m, rules.UNTRIED, reason=rules.NOT_REACHED) for m in messages])

    # -- connections, and rest ---------------------------------------------------------------

    def _waiting(self) -> list[Post]:
        """Those whose letter has gone, and whose answer has not come."""
        return [post for post in self._posts if post.answer]

    def _free_posts(self, number: int) -> list[Post]:
        free = [post for post in self._posts if post.message is None]
        free.sort(key=lambda post: post.line is None)
        while len(free) < number:
            post = Post(OneThread(f"{self.name}-line"))
            self._posts.append(post)
            free.append(post)
        return free[:number]

    def _replace(self, post: Post) -> None:
        """Its thread may hang in a read for a while yet: another one takes its place."""
        post.thread.shutdown(wait=False)
        post.thread = OneThread(f"{self.name}-line")

    def _rest(self) -> None:
        """Until something is due or somebody wakes us; idle connections are given back."""
        now, mono = self.clock(), time.monotonic()
        for post in self._posts:
            if post.line and mono - post.since > IDLE_SECONDS:
                post.thread.submit(post.line.leave)
                post.line = None
        if self.over.is_set():
            return
        queued = Message.objects.filter(account=self.account_id, state=Spelt(Message.QUEUED))
        due = queued.order_by("not_before").values_list("not_before", flat=True).first()
        seconds = (due - now).total_seconds() if due else LONGEST_REST
        # Due and not claimed: held, paused, or the server is not to be troubled yet.
        seconds = 1.0 if seconds <= 0 else max(seconds, 0.02)
        self._woken.wait(min(seconds, LONGEST_REST))


def _offer(post: Post, message: Message | None, settings: Settings) -> None:
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


def _is_paused(account: SmtpAccount) -> bool:
    return SmtpAccount.objects.filter(pk=account.pk).exclude(paused_at=None, active=True).exists()


def _judged(message: Message, error: Declined | Lost) -> Outcome:
    """What an offer that failed means. Before the dot the server has nothing of it."""
    if isinstance(error, Lost):
        what = rules.UNKNOWN if error.phase == DOT else rules.LATER
        reason = rules.NO_ANSWER if error.phase == DOT else rules.NOT_REACHED
        return Outcome(message, what, error.phase, 0, str(error.trouble), reason)
    return _by_reply(message, error.phase, error.reply, error.address)


def _by_reply(message: Message, phase: str, reply: Reply, address: str = "") -> Outcome:
    said = (phase, reply.code, reply.said)
    if reply.is_yes:
        return Outcome(message, rules.SENT, *said)
    data = {"address": address} if address else {}
    if reply.is_final:
        return Outcome(message, rules.REFUSED, *said, rules.SERVER_REFUSED, data)
    return Outcome(message, rules.LATER, *said, rules.SERVER_LATER, data)


def _answered(message: Message, answer: "Future[Reply]") -> Outcome:
    if not answer.done():
        return Outcome(message, rules.UNKNOWN, DOT, reason=rules.NO_ANSWER)
    try:
        return _by_reply(message, DOT, answer.result())
    except Lost as error:
        return _judged(message, error)
    except Exception as error:
        log.exception("message %s", message.pk)
        trouble = Trouble(SERVER_ERROR, type(error).__name__)
        return _judged(message, Lost(DOT, trouble))
