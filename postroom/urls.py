from django.urls import include, path

urlpatterns = [
    path("", include("postroom.web.urls")),
    path("", include("postroom.practice.urls")),
    path("p/<slug:practice>/", include("postroom.register.urls")),
    path("p/<slug:practice>/", include("postroom.clients.urls")),
    path("p/<slug:practice>/", include("postroom.custody.urls")),
    path("p/<slug:practice>/settings/", include("postroom.connections.urls")),
]

handler400 = "postroom.web.errors.bad_request"
handler500 = "postroom.web.errors.server_error"
