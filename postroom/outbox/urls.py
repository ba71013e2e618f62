from django.urls import path

from postroom.outbox.views import composer, messages, templates

app_name = "outbox"
urlpatterns = [
    path("compose", composer.compose, name="compose"),
    path("compose/whom", composer.whom, name="whom"),
    path("drafts", composer.drafts, name="drafts"),
    path("drafts/<int:draft>", composer.draft, name="draft"),
    path("drafts/<int:draft>/files/<int:enclosure>", composer.enclosure, name="enclosure"),
    path("drafts/<int:draft>/undo", composer.undo, name="undo"),
    path("templates", templates.templates, name="templates"),
    path("templates/new", templates.new, name="new_template"),
    path("templates/starters", templates.install, name="install_starters"),
    path("templates/<int:template>", templates.template, name="template"),
    path("templates/<int:template>/archive", templates.archive, name="archive_template"),
    path("help/templates", templates.help_templates, name="help_templates"),
    path("outbox", messages.outbox, name="outbox"),
    path("outbox/sent", messages.sent, name="sent"),
    path("outbox/not-sent", messages.failed, name="failed"),
    path("outbox/perhaps-sent", messages.doubtful, name="doubtful"),
    path("outbox/no-longer-needed", messages.unneeded, name="unneeded"),
    path("outbox/waiting", messages.waiting, name="waiting"),
    path("outbox/hold", messages.hold, name="hold"),
    path("outbox/resume", messages.resume, name="resume"),
    path("outbox/catch-up", messages.catch_up, name="catch_up"),
    path("outbox/cancel", messages.cancel_some, name="cancel_some"),
    path("outbox/<int:message>", messages.message, name="message"),
    path("outbox/<int:message>/cancel", messages.cancel, name="cancel"),
    path("outbox/<int:message>/edit", messages.edit, name="edit"),
    path("outbox/<int:message>/register", messages.keep, name="keep"),
    path("outbox/<int:message>/now", messages.send_now, name="send_now"),
    path("outbox/<int:message>/again", messages.send_again, name="send_again"),
    path("outbox/<int:message>/arrived", messages.mark_sent, name="mark_sent"),
    path("outbox/<int:message>/lost", messages.mark_failed, name="mark_failed"),
]
