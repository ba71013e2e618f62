"""What just happened, and what members have to be told of."""

from django.db import models

from postroom.practice.models.practices import Practice


class EventQuerySet(models.QuerySet["Event"]):
    def latest_id(self) -> int:
        return self.aggregate(last=models.Max("id"))["last"] or 0


class Event(models.Model):
    """Something changed: written in the same commit, read by live pages and by the worker.

    An event carries ids, never content; rows are swept after a day.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "id"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def open(self) -> "NotificationQuerySet":
        return self.filter(ended_at=None)


class Notification(models.Model):
    """Something members have to be told of for as long as it lasts, and when it is over.

    One open row for each matter; the words for a kind stand in the room that raises it.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, blank=True)  # which account, folder; "" the machine
    data = models.JSONField(default=dict)  # what its words speak of
    since = models.DateTimeField()  # it has been so
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # by mail, that it is so
    end_told_at = models.DateTimeField(null=True)  # by mail, that it is over

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "subject"],
                condition=models.Q(ended_at=None),
                name="notification_open",
            )
        ]
        indexes = [models.Index(fields=["practice", "ended_at"], name="notification_ended")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class NoticeMail(models.Model):
    """The one mail of a day that tells administrators what is wrong; the row is the right to it."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    day = models.DateField()  # by the practice's own clock
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "day"], name="notice_mail")]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.day}"
