"""What the clock does, in one table: when, its name, and the task."""

from postroom.intake.tasks import tidy_mail_folder
from postroom.kit.background.tick import every
from postroom.practice.tasks import sweep_events

SCHEDULE = [
    every(3600, "sweep events")(sweep_events),
    every("03:20", "tidy mail folder")(tidy_mail_folder),
]
