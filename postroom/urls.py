from django.urls import include, path

from postroom.api.v1 import api

urlpatterns = [
    path("", include("postroom.web.urls")),
    path("", include("postroom.practice.urls")),
    path("api/v1/", api.urls),
    path("p/<slug:practice>/", include("postroom.register.urls")),
    path("p/<slug:practice>/", include("postroom.outbox.urls")),
    path("p/<slug:practice>/", include("postroom.clients.urls")),
    path("p/<slug:practice>/", include("postroom.custody.urls")),
    path("p/<slug:practice>/", include("postroom.connections.urls")),
    path("p/<slug:practice>/", include("postroom.intake.urls")),
    path("p/<slug:practice>/settings/", include("postroom.appointments.urls")),
]

handler400 = "postroom.web.errors.bad_request"
handler500 = "postroom.web.errors.server_error"
