from django.urls import path

from postroom.web import health, live, standing, views

app_name = "web"
urlpatterns = [
    path("", views.front, name="front"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("p/<slug:practice>/", views.home, name="home"),
    path("p/<slug:practice>/pulse", views.pulse, name="pulse"),
    path("p/<slug:practice>/settings/", views.settings, name="settings"),
    path("p/<slug:practice>/settings/health", standing.health, name="health"),
    path("p/<slug:practice>/settings/health.json", standing.health_json, name="health_json"),
    path("p/<slug:practice>/settings/health/hour", standing.notice_hour, name="notice_hour"),
    path(
        "p/<slug:practice>/settings/accounts/<int:account>/again",
        standing.look_again,
        name="look_again",
    ),
    path("p/<slug:practice>/notices/hide", standing.hide_notices, name="hide_notices"),
    path("p/<slug:practice>/help/mailbox", views.help_mailbox, name="help_mailbox"),
    path("p/<slug:practice>/events", live.events, name="events"),
]
