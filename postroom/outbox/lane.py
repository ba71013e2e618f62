"""One thread for each sending account: claim, offer, commit `sending`, the dot, the answer.

Up to `account.lines` letters are under way at once, each on a connection of its own, and their
commits are made together: one before their dots, one after their answers with the next claim. A
letter whose answer does not come keeps its connection, and the others go on.

    record and claim (commit) -> offer -> sending (commit) -> hold? -> dot -> answer -> record …
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.db import DatabaseError, close_old_connections, connections, transaction

from postroom.connections.models import SmtpAccount
from postroom.connections.reaching import Settings
from postroom.connections.smtp import ANSWER_SECONDS, DOT, Declined, Lost
from postroom.connections.smtp_accounts import note_trouble, note_well, reach
from postroom.connections.trouble import Trouble
from postroom.kit.background.one_thread import OneThread
from postroom.kit.crash import crash_point
from postroom.kit.processes import Worker
from postroom.outbox import recording, rules
from postroom.outbox.models import Message
from postroom.outbox.outcomes import judged, not_offered
from postroom.outbox.posts import GATHER_SECONDS, GOING, Post, begin, listen, offer
from postroom.outbox.recording import Outcome
from postroom.register.models import Spelt

log = logging.getLogger(__name__)
MOST_LINES = 10  # in flight; also what a kill may leave uncertain (MODEL decision 10)
IDLE_SECONDS = 20.0  # a connection without work is given back
FEWER_SECONDS = 300.0  # with as many connections as the server took
LONGEST_REST = 5.0  # without a look at what is due
KNOWN_SECONDS = 1.0  # how long an account's settings are kept, if nobody says they have changed


class Lane(threading.Thread):
    """Sends what is due through one account until told to stop."""

    def __init__(
        self,
        account: int,
        worker: Worker,
        clock: Callable[[], datetime],
        is_steady: Callable[[datetime], bool] = lambda now: True,
    ) -> None:
        super().__init__(name=f"send-{account}", daemon=True)
        self.account_id, self.worker, self.clock = account, worker, clock
        self.is_steady = is_steady  # not so soon after a gap: see catching_up.py
        self.over = threading.Event()
        self.deadline = float("inf")  # of the answers that are waited for after a stop
        self._woken = threading.Event()
        self._posts: list[Post] = []
        self._answered: list[Outcome] = []  # to be written down with the next claim
        self._account: SmtpAccount | None = None
        self._settings: Settings | None = None
        self._known_until = 0.0
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
        account = self._known()
        if account is None:
            self.over.set()  # switched off; what waits for an answer is waited for
            self.deadline = min(self.deadline, time.monotonic() + ANSWER_SECONDS)
        claimed = self._record_and_claim(account)
        if claimed and account:
            self._send(account, claimed)
        self._gather(rest=not claimed)

    def _known(self) -> SmtpAccount | None:
        """The account as it stands; a moment old where nobody has woken us since."""
        if self._woken.is_set() or time.monotonic() > self._known_until:
            self._woken.clear()
            self._account = SmtpAccount.objects.working().filter(pk=self.account_id).first()
            self._settings, self._known_until = None, time.monotonic() + KNOWN_SECONDS
        return self._account

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
        if not self.is_steady(now) or (account.retry_at and account.retry_at > now):
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
            settings = self._settings = self._settings or reach(account)
        except Trouble as trouble:
            self._put_back(account, posts, trouble)
            return
        outcomes: list[Outcome] = []
        offered: list[Post] = []
        troubles: list[Trouble] = []
        for post, error in self._offered(posts, settings):
            if error is None:
                offered.append(post)
                continue
            assert post.message is not None
            if isinstance(error, Trouble):
                troubles.append(error)
            outcomes.append(not_offered(post.message, error))
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

    def _offered(
        self, posts: Sequence[Post], settings: Settings
    ) -> Iterator[tuple[Post, BaseException | None]]:
        """Hand over all but the dot on all posts together; each, with what went wrong.

        All are asked before one is heard. Only what may take its time (a connection to be made, a
        server that takes one command after another, a long text) is left to the post's thread:
        two threads that wait for each other cost more than the letter.
        """
        begun = [post for post in posts if begin(post)]
        slow = {
            post: post.thread.submit(offer, post, post.message, settings)
            for post in posts
            if post not in begun
        }
        for post in begun:
            assert post.line and post.message
            try:
                post.line.hand_over(post.raw)
            except (Declined, Lost) as error:
                if isinstance(error, Declined) and error.reply.code != GOING:
                    yield post, error
                else:  # it had rested, and the server has hung up: no fault of this letter
                    post.line.cut()
                    slow[post] = post.thread.submit(offer, post, post.message, settings)
            except Exception as error:  # ours: this letter's affair, not the account's
                post.line.cut()
                yield post, error
            else:
                yield post, None
        for post, handed in slow.items():
            yield post, handed.exception()

    def _release(self, account: SmtpAccount, offered: Sequence[Post]) -> None:
        """The point of no return, committed for all of them; then their dots."""
        messages = [post.message for post in offered if post.message]
        ours = set(recording.mark_sending(messages, worker=self.worker, now=self.clock()))
        if offered:
            crash_point("after-sending-commit")
        held = not recording.may_leave(account)
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
                kept.append(judged(message, error))
                continue
            post.has_gone = True
        if any(post.has_gone for post in offered):
            crash_point("after-dot")
        self._record(kept)

    def _gather(self, *, rest: bool) -> None:
        """Write down the answers that are there; with nothing else to do, wait for the next."""
        waiting = self._waiting()
        if waiting:
            full = len(waiting) >= MOST_LINES or rest
            listen(waiting, LONGEST_REST if full else GATHER_SECONDS)
        elif rest:
            self._rest()
        outcomes: list[Outcome] = []
        late = time.monotonic() > self.deadline
        for post in waiting:
            assert post.message
            if post.outcome is None and not late and not self._is_hopeless(post):
                continue
            unknown = Outcome(post.message, rules.UNKNOWN, DOT, reason=rules.NO_ANSWER)
            outcomes.append(post.outcome or unknown)
            if post.line and (post.outcome is None or not post.line.is_open):
                post.line.cut()
                post.line = None
            post.message, post.outcome, post.has_gone = None, None, False
            post.since = time.monotonic()
        if outcomes:
            crash_point("after-answer")
            self._answered += outcomes

    def _is_hopeless(self, post: Post) -> bool:
        """No answer in all the time that a server has for it."""
        return time.monotonic() - post.since > ANSWER_SECONDS

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
        return [post for post in self._posts if post.has_gone]

    def _free_posts(self, number: int) -> list[Post]:
        free = [post for post in self._posts if post.message is None]
        free.sort(key=lambda post: post.line is None)
        while len(free) < number:
            post = Post(OneThread(f"{self.name}-line"))
            self._posts.append(post)
            free.append(post)
        return free[:number]

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
        queued = queued.exclude(reason=rules.CATCH_UP)
        due = queued.order_by("not_before").values_list("not_before", flat=True).first()
        seconds = (due - now).total_seconds() if due else LONGEST_REST
        # Due and not claimed: held, paused, or the server is not to be troubled yet.
        seconds = 1.0 if seconds <= 0 else max(seconds, 0.02)
        self._woken.wait(min(seconds, LONGEST_REST))
