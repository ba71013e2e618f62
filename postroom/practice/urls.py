from django.contrib.auth.views import LogoutView
from django.urls import path

from postroom.practice import views

app_name = "practice"
urlpatterns = [
    path("sign-in", views.SignIn.as_view(), name="sign_in"),
    path("sign-out", LogoutView.as_view(), name="sign_out"),
    path("p/<slug:practice>/profile", views.profile, name="profile"),
]
