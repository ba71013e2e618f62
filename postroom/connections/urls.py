from django.urls import path

from postroom.connections import views

app_name = "connections"
urlpatterns = [
    path("accounts", views.accounts, name="accounts"),
    path("accounts/add", views.add_account, name="add_account"),
    path("accounts/<int:account>", views.account, name="account"),
    path("accounts/<int:account>/deactivate", views.deactivate, name="deactivate"),
    path("accounts/<int:account>/activate", views.activate, name="activate"),
    path("accounts/<int:account>/check", views.check, name="check"),
]
