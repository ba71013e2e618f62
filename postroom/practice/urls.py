from django.urls import path

from postroom.practice.views import (
    audit,
    factors,
    invitation,
    lock,
    people,
    practice_settings,
    profile,
    provider,
    reset,
    roles,
    security,
    signing_in,
    tokens,
)

app_name = "practice"
urlpatterns = [
    path("sign-in", signing_in.SignIn.as_view(), name="sign_in"),
    path("invitation/<str:token>", invitation.invitation, name="invitation"),
    path("new-address/<str:token>", invitation.confirm_email, name="confirm_email"),
    path("p/<slug:practice>/profile", profile.profile, name="profile"),
    path("p/<slug:practice>/profile/addresses", profile.add_address, name="add_address"),
    path(
        "p/<slug:practice>/profile/addresses/<int:address>/remove",
        profile.remove_address,
        name="remove_address",
    ),
    path("p/<slug:practice>/profile/email", profile.new_email, name="new_email"),
    path("p/<slug:practice>/settings/people", people.people, name="people"),
    path("p/<slug:practice>/settings/people/invite", people.invite, name="invite"),
    path(
        "p/<slug:practice>/settings/invitations/<int:invitation>/again",
        people.invite_again,
        name="invite_again",
    ),
    path(
        "p/<slug:practice>/settings/invitations/<int:invitation>/withdraw",
        people.withdraw,
        name="withdraw",
    ),
    path("p/<slug:practice>/settings/people/<int:member>", people.member, name="member"),
    path(
        "p/<slug:practice>/settings/people/<int:member>/deactivate",
        people.deactivate,
        name="deactivate",
    ),
    path("p/<slug:practice>/settings/people/<int:member>/readmit", people.readmit, name="readmit"),
    path("p/<slug:practice>/settings/roles", roles.roles, name="roles"),
    path("p/<slug:practice>/settings/roles/add", roles.add_role, name="add_role"),
    path("p/<slug:practice>/settings/roles/<int:role>", roles.role, name="role"),
    path(
        "p/<slug:practice>/settings/roles/<int:role>/remove", roles.remove_role, name="remove_role"
    ),
    path(
        "p/<slug:practice>/settings/practice", practice_settings.practice_settings, name="settings"
    ),
    path("p/<slug:practice>/settings/days", practice_settings.closed_days, name="closed_days"),
    path("p/<slug:practice>/settings/days/close", practice_settings.close_day, name="close_day"),
    path("p/<slug:practice>/settings/days/open", practice_settings.open_day, name="open_day"),
    path(
        "p/<slug:practice>/settings/days/<int:closed_day>/forget",
        practice_settings.forget_day,
        name="forget_day",
    ),
    path("p/<slug:practice>/settings/audit", audit.audit_log, name="audit"),
    path("p/<slug:practice>/settings/audit/check", audit.check, name="check_audit"),
    path("p/<slug:practice>/settings/audit/export", audit.export, name="export_audit"),
    path("p/<slug:practice>/settings/tokens", tokens.tokens, name="tokens"),
    path(
        "p/<slug:practice>/settings/tokens/<int:access_token>/revoke",
        tokens.revoke,
        name="revoke_token",
    ),
    path("sign-in/proof", signing_in.proof, name="proof"),
    path("sign-in/passkey/question", signing_in.passkey_question, name="passkey_question"),
    path("sign-in/passkey", signing_in.passkey_answer, name="passkey_answer"),
    path("sign-in/provider", provider.provider_there, name="provider_there"),
    path("sign-in/provider/back", provider.provider_back, name="provider_back"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("lock", lock.lock, name="lock"),
    path("lock/open", lock.unlock, name="unlock"),
    path("reset", reset.reset, name="reset"),
    path("reset/<str:token>", reset.new_password, name="new_password"),
    path("p/<slug:practice>/profile/confirm", factors.confirm, name="confirm"),
    path("p/<slug:practice>/profile/security", security.security, name="security"),
    path("p/<slug:practice>/profile/security/app", factors.app, name="app"),
    path(
        "p/<slug:practice>/profile/security/passkey/offer",
        factors.passkey_offer,
        name="passkey_offer",
    ),
    path("p/<slug:practice>/profile/security/passkey", factors.add_passkey, name="add_passkey"),
    path("p/<slug:practice>/profile/security/remove", security.remove_factor, name="remove_factor"),
    path(
        "p/<slug:practice>/profile/security/codes", security.recovery_codes, name="recovery_codes"
    ),
    path("p/<slug:practice>/profile/security/pin", security.set_pin, name="set_pin"),
    path(
        "p/<slug:practice>/profile/security/password",
        security.change_password,
        name="change_password",
    ),
    path("p/<slug:practice>/profile/security/end", security.end_session, name="end_session"),
]
