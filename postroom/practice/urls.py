from django.contrib.auth.views import LogoutView
from django.urls import path

from postroom.practice.views import profile, signing_in

app_name = "practice"
urlpatterns = [
    path("sign-in", signing_in.SignIn.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("p/<slug:practice>/profile", profile.profile, name="profile"),
]
