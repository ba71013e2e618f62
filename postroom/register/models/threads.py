"""Letters that answer one another."""

from django.db import models

from postroom.practice.models import Practice
from postroom.register.models.entries import Entry


class Thread(models.Model):
    """Letters that answer one another, for reading in one place; what is being handled is a
    Conversation. A letter has one as soon as it has relatives.

    A thread that went into another keeps its row: answers still come to its token.
    """

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="threads")
    merged_into = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    # Taken apart by a person: never put together again but by a person.
    split_from = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"thread {self.pk}"


class ThreadEntry(models.Model):
    """An entry's place in a thread; `at` is the entry's, copied."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="places", db_index=False)
    entry = models.OneToOneField(Entry, models.CASCADE, related_name="place")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["thread", "at", "entry"], name="thread_order")]

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.thread_id}"


class ThreadReference(models.Model):
    """A Message-ID that an entry answers and that is not in the register: it may come yet, and
    two letters that answer it are relatives."""

    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+", db_index=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")
    message_id = models.CharField(max_length=400)

    class Meta:
        indexes = [models.Index(fields=["practice", "message_id"], name="thread_reference")]

    def __str__(self) -> str:
        return self.message_id
