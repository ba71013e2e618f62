"""The door for uvicorn."""

import os

from django.core.asgi import get_asgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
application = get_asgi_application()

# Each request has a thread of its own here: a connection kept open would only be in the way.
connections.settings["default"]["CONN_MAX_AGE"] = 0
