from django.urls import path

from postroom.practice.views import factors, lock, profile, provider, reset, security, signing_in

app_name = "practice"
urlpatterns = [
    path("sign-in", signing_in.SignIn.as_view(), name="sign_in"),
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
    path("p/<slug:practice>/profile", profile.profile, name="profile"),
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
