from django.urls import path

from postroom.outbox.views import composer, templates

app_name = "outbox"
urlpatterns = [
    path("compose", composer.compose, name="compose"),
    path("compose/whom", composer.whom, name="whom"),
    path("drafts", composer.drafts, name="drafts"),
    path("drafts/<int:draft>", composer.draft, name="draft"),
    path("drafts/<int:draft>/undo", composer.undo, name="undo"),
    path("templates", templates.templates, name="templates"),
    path("templates/new", templates.new, name="new_template"),
    path("templates/starters", templates.install, name="install_starters"),
    path("templates/<int:template>", templates.template, name="template"),
    path("templates/<int:template>/archive", templates.archive, name="archive_template"),
    path("help/templates", templates.help_templates, name="help_templates"),
]
