from django.urls import path

from postroom.connections import views

app_name = "connections"
urlpatterns = [
    path("accounts", views.accounts, name="accounts"),
]
