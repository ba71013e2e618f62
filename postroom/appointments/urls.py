from django.urls import path

from postroom.appointments import views

app_name = "appointments"
urlpatterns = [
    path("data", views.sources, name="sources"),
    path("data/import/<slug:kind>", views.import_book, name="import_book"),
    path("data/feeds/add", views.add_feed, name="add_feed"),
    path("data/<int:source>/look", views.look_now, name="look_now"),
    path("data/<int:source>/remove-feed", views.remove_feed, name="remove_feed"),
]
