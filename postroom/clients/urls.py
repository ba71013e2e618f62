from django.urls import path

from postroom.clients.views import importing, lists

app_name = "clients"
urlpatterns = [
    path("clients", lists.clients, name="clients"),
    path("clients/search", lists.search, name="search"),
    path("clients/import", importing.imports, name="imports"),
    path("clients/import/<int:job>", importing.import_job, name="import_job"),
    path("clients/import/<int:job>/start", importing.start, name="start_import"),
    path("clients/import/<int:job>/stop", importing.stop, name="stop_import"),
    path("clients/import/<int:job>/discard", importing.discard, name="discard_import"),
    path("clients/import/<int:job>/problems", importing.problems, name="import_problems"),
]
