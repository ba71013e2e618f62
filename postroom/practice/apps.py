from importlib import import_module

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "postroom.practice"

    def ready(self) -> None:
        """Listen for who signs in and out (Django's own signals)."""
        import_module("postroom.practice.doorbook")
