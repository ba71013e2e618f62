from django.urls import path

from postroom.intake.views import dropped, trials

app_name = "intake"
urlpatterns = [
    path("settings/accounts/add/past", trials.past, name="past"),
    path("settings/accounts/<int:account>/trial", trials.trial, name="trial"),
    path("profile/mailboxes/add/past", trials.own_past, name="own_past"),
    path("profile/mailboxes/<int:mailbox>/trial", trials.own_trial, name="own_trial"),
    path("upload", dropped.upload, name="upload"),
    path("settings/files", dropped.drops, name="drops"),
    path("settings/files/add", dropped.add_drop, name="add_drop"),
    path("settings/files/<int:drop>", dropped.drop, name="drop"),
    path("settings/files/<int:drop>/switch", dropped.switch_drop, name="switch_drop"),
    path("settings/files/<int:drop>/look", dropped.look_drop, name="look_drop"),
]
