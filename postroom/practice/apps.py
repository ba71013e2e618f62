from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class PracticeConfig(AppConfig):
    name = "postroom.practice"

    def ready(self) -> None:
        """Listen for who signs in (Django's own signals)."""
        import_module("postroom.practice.doorbook")
        from postroom.practice import seats  # models are there only now

        user_logged_in.connect(seats.begin, dispatch_uid="seats")
