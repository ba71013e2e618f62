from django.urls import path

from postroom.intake import views

app_name = "intake"
urlpatterns = [
    path("upload", views.upload, name="upload"),
    path("settings/files", views.drops, name="drops"),
    path("settings/files/add", views.add_drop, name="add_drop"),
    path("settings/files/<int:drop>", views.drop, name="drop"),
    path("settings/files/<int:drop>/switch", views.switch_drop, name="switch_drop"),
    path("settings/files/<int:drop>/look", views.look_drop, name="look_drop"),
]
