"""What is being handled."""

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from postroom.practice.models import Member, Practice


class Conversation(models.Model):
    """What is being handled: open until somebody closes it (MG-1); filing is another matter.

    With an owner it is in that member's My inbox, without one in the shared inbox. For now each
    letter is a conversation of its own, and only letters of those two have one.
    """

    OPEN, CLOSED = "open", "closed"
    STATES = [
        (OPEN, pgettext_lazy("a conversation", "Open")),
        (CLOSED, pgettext_lazy("a conversation", "Closed")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="conversations")
    owner = models.ForeignKey(Member, models.PROTECT, null=True, related_name="conversations")
    state = models.CharField(max_length=6, choices=STATES, default=OPEN)
    last_at = models.DateTimeField()  # of its newest letter
    # Common to all who handle it (RX-113, BS-106): once one has read it, it is read.
    unread = models.BooleanField(default=True)
    closed_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)  # raised by each closing and reopening
    # Its state has changed, and intake has not yet seen each copy where it then belongs. It only
    # makes them quick to find: where they belong follows from the state.
    to_follow = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["practice", "state", "last_at", "id"],
                condition=Q(owner=None),
                name="shared_inbox",
            ),
            models.Index(fields=["owner", "state", "last_at", "id"], name="my_inbox"),
            models.Index(
                fields=["practice"], condition=Q(to_follow=True), name="conversation_to_follow"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == self.OPEN
