from django.urls import path

from postroom.web import views

app_name = "web"
urlpatterns = [
    path("", views.front, name="front"),
    path("p/<slug:practice>/", views.home, name="home"),
]
