"""What filing leaves behind: for whoever moves mail on the server, and for the next letter."""

from django.db import models

from postroom.clients.models import Client
from postroom.practice.models import Practice
from postroom.register.models.entries import Entry


class Refiled(models.Model):
    """An entry that was filed otherwise than before; written in the same commit.

    Whoever moves mail on the server looks where its copies lie, and takes the row away: so that
    nobody has to walk all that waits to find the few that changed.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.entry_id}"


class EarlierChoice(models.Model):
    """To whom a person filed letters of an address that is not on that record."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    norm = models.CharField(max_length=320)
    client = models.ForeignKey(Client, models.CASCADE, related_name="+")
    times = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()  # the last time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "norm", "client"], name="earlier_choice")
        ]

    def __str__(self) -> str:
        return f"{self.norm} to {self.client_id}"
