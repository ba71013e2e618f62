"""Work that goes on by itself: long jobs, and the slots of the timetable."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from postroom.practice.models.members import Member
from postroom.practice.models.practices import Practice
from postroom.practice.models.programs import Source


class Job(models.Model):
    """Long work that goes on when the page is left, and after a restart."""

    DRAFT, WAITING, RUNNING = "draft", "waiting", "running"
    DONE, FAILED, STOPPED = "done", "failed", "stopped"
    STATES = [
        (DRAFT, _("Being prepared")),
        (WAITING, _("Waiting")),
        (RUNNING, _("Running")),
        (DONE, _("Done")),
        (FAILED, _("Failed")),
        (STOPPED, _("Stopped")),
    ]

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    source = models.ForeignKey(Source, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default=WAITING)
    stage = models.CharField(max_length=16, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # 0: not known yet
    data = models.JSONField(default=dict)  # what to do
    result = models.JSONField(default=dict)  # what came of it
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)  # its worker lives

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_job_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["practice", "kind", "id"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class Tick(models.Model):
    """A slot of the timetable that a worker has taken; forgotten after a week (jobs.py)."""

    name = models.CharField(max_length=80)
    slot = models.CharField(max_length=32)  # ISO 8601: sorts by time within a name

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="tick_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.slot}"
