from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "postroom.register"
