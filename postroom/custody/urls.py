from django.urls import path

from postroom.custody import views

app_name = "custody"
urlpatterns = [
    path("clients/<int:client>/merge", views.merge, name="merge"),
]
