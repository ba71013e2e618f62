"""What the clock does, in one table: when, its name, and the task."""

from postroom.appointments.tasks import link_appointments
from postroom.clients.tasks import tidy_uploads
from postroom.connections.tasks import drop_account_drafts, look_at_domains
from postroom.custody.tasks import (
    drop_closed_exports,
    gather_merged,
    keep_no_longer,
    sweep_again,
    tidy_exports,
)
from postroom.intake.tasks import (
    look_at_drop_folders,
    look_at_feeds,
    stand_in,
    tidy_mail_folder,
    watch_over,
)
from postroom.kit.background.tick import every
from postroom.kit.background.tidy import forget_finished_tasks
from postroom.outbox.tasks import see_to_doubtful, tidy_drafts
from postroom.practice.jobs import HEART
from postroom.practice.tasks import (
    check_audits,
    resume_long_work,
    seal_audit,
    sweep_events,
    sweep_notices,
    sweep_sessions,
)
from postroom.register.tasks import scan_files, sweep_note_drafts, sweep_removed

SCHEDULE = [
    every(60, HEART)(watch_over),
    every(15, "resume long work")(resume_long_work),
    every(60, "seal audit")(seal_audit),
    every(15, "feeds")(look_at_feeds),
    every(15, "drop folders")(look_at_drop_folders),
    every(15, "scan files")(scan_files),
    every(60, "link appointments")(link_appointments),
    every(60, "see to doubtful")(see_to_doubtful),
    every(3600, "sweep events")(sweep_events),
    every(3600, "sweep sessions")(sweep_sessions),
    every(3600, "drop account drafts")(drop_account_drafts),
    every(3600, "look at domains")(look_at_domains),
    every(300, "gather merged")(gather_merged),
    every(300, "drop closed exports")(drop_closed_exports),
    every(60, "sweep removed")(sweep_removed),
    every("03:15", "sweep note drafts")(sweep_note_drafts),
    every("02:30", "keep no longer")(keep_no_longer),
    every("03:05", "sweep notices")(sweep_notices),
    every("03:10", "forget finished tasks")(forget_finished_tasks),
    every("03:20", "tidy mail folder")(tidy_mail_folder),
    every("03:30", "tidy uploads")(tidy_uploads),
    every("03:35", "tidy exports")(tidy_exports),
    every("03:50", "sweep again")(sweep_again),
    every("03:35", "tidy drafts")(tidy_drafts),
    every("03:40", "check audit")(check_audits),
]

# Of each process that shows pages; it claims nothing as long as a worker runs.
OF_THE_WEB = [every(60, "stand in")(stand_in)]
