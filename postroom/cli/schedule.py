"""What the clock does, in one table: when, its name, and the task."""

from postroom.intake.tasks import tidy_mail_folder
from postroom.kit.background.tick import every
from postroom.kit.background.tidy import forget_finished_tasks
from postroom.practice.tasks import sweep_events, sweep_sessions

SCHEDULE = [
    every(3600, "sweep events")(sweep_events),
    every(3600, "sweep sessions")(sweep_sessions),
    every("03:10", "forget finished tasks")(forget_finished_tasks),
    every("03:20", "tidy mail folder")(tidy_mail_folder),
]
