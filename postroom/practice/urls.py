from django.contrib.auth.views import LogoutView
from django.urls import path

from postroom.practice.views import audit, profile, signing_in, tokens

app_name = "practice"
urlpatterns = [
    path("sign-in", signing_in.SignIn.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("p/<slug:practice>/profile", profile.profile, name="profile"),
    path("p/<slug:practice>/settings/audit", audit.audit_log, name="audit"),
    path("p/<slug:practice>/settings/audit/check", audit.check, name="check_audit"),
    path("p/<slug:practice>/settings/audit/export", audit.export, name="export_audit"),
    path("p/<slug:practice>/settings/tokens", tokens.tokens, name="tokens"),
    path(
        "p/<slug:practice>/settings/tokens/<int:access_token>/revoke",
        tokens.revoke,
        name="revoke_token",
    ),
]
