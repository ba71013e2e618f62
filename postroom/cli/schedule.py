"""What the clock does, in one table: when, its name, and the task."""

from postroom.custody.tasks import gather_merged
from postroom.intake.tasks import tidy_mail_folder
from postroom.kit.background.tick import every
from postroom.kit.background.tidy import forget_finished_tasks
from postroom.practice.tasks import sweep_events

SCHEDULE = [
    every(3600, "sweep events")(sweep_events),
    every(300, "gather merged")(gather_merged),
    every("03:10", "forget finished tasks")(forget_finished_tasks),
    every("03:20", "tidy mail folder")(tidy_mail_folder),
]
