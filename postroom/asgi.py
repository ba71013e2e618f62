"""The door for uvicorn."""

import gc
import os

from django.core.asgi import get_asgi_application
from django.db import connections
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
application = get_asgi_application()

# The pages are read before the first request, and for good: to look for rubbish among them made one
# page in ten wait a tenth of a second.
_ = get_resolver().url_patterns
gc.freeze()

# Each request has a thread of its own here: a connection kept open would only be in the way.
connections.settings["default"]["CONN_MAX_AGE"] = 0
