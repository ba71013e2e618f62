from django.urls import path

from postroom.intake.views import trials

app_name = "intake"
urlpatterns = [
    path("settings/accounts/add/past", trials.past, name="past"),
    path("settings/accounts/<int:account>/trial", trials.trial, name="trial"),
    path("profile/mailboxes/add/past", trials.own_past, name="own_past"),
    path("profile/mailboxes/<int:mailbox>/trial", trials.own_trial, name="own_trial"),
]
