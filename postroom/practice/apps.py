from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class PracticeConfig(AppConfig):
    name = "postroom.practice"

    def ready(self) -> None:
        from postroom.practice import seats  # models are there only now

        user_logged_in.connect(seats.begin, dispatch_uid="seats")
