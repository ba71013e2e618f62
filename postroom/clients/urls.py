from django.urls import path

from postroom.clients import views

app_name = "clients"
urlpatterns = [
    path("clients", views.clients, name="clients"),
    path("clients/search", views.search, name="search"),
]
