"""What the clock does, in one table: when, its name, and the task."""

from postroom.clients.tasks import tidy_uploads
from postroom.intake.tasks import tidy_mail_folder
from postroom.kit.background.tick import every
from postroom.kit.background.tidy import forget_finished_tasks
from postroom.practice.tasks import resume_long_work, sweep_events

SCHEDULE = [
    every(15, "resume long work")(resume_long_work),
    every(3600, "sweep events")(sweep_events),
    every("03:10", "forget finished tasks")(forget_finished_tasks),
    every("03:20", "tidy mail folder")(tidy_mail_folder),
    every("03:40", "tidy uploads")(tidy_uploads),
]
