from django.urls import path

from postroom.appointments.views import feeds, importing

app_name = "appointments"
urlpatterns = [
    path("data", feeds.sources, name="sources"),
    path("data/import/<slug:kind>", importing.import_book, name="import_book"),
    path("data/imports/<int:book_job>", importing.import_job, name="import_job"),
    path("data/imports/<int:book_job>/start", importing.start, name="start_import"),
    path("data/imports/<int:book_job>/stop", importing.stop, name="stop_import"),
    path("data/imports/<int:book_job>/discard", importing.discard, name="discard_import"),
    path("data/imports/<int:book_job>/problems", importing.problems, name="import_problems"),
    path("data/feeds/add", feeds.add_feed, name="add_feed"),
    path("data/<int:source>/look", feeds.look_now, name="look_now"),
    path("data/<int:source>/remove-feed", feeds.remove_feed, name="remove_feed"),
]
