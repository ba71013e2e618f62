"""Settings are for the installer, from the environment; what a practice chooses lives in tables.

docs/reference/configuration.md is the table of every variable read here.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from postroom.kit.crypto import Keyring

env = environ.Env()
HOUSE = Path(__file__).resolve().parent


def choice(name: str, allowed: dict[str, bool], default: str) -> bool:
    """A wrong word stops the start: a mistyped «ture» must not mean «no»."""
    word = env.str(name, default).strip().lower()
    if word not in allowed:
        raise ImproperlyConfigured(f"{name} is {word!r}; it must be one of {sorted(allowed)}.")
    return allowed[word]


def secret_in(name: str) -> str:
    """The secret in a file, without the line's end; "" for no file named."""
    if not name:
        return ""
    try:
        return Path(name).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name} cannot be read: {error.strerror}.") from error


YES_NO = {"yes": True, "no": False}

# --- where things are -----------------------------------------------------------------------
DATA = Path(env.str("POSTROOM_DATA", str(Path.home() / ".local/share/postroom"))).resolve()
MAIL_FOLDER = DATA / "mail"
ENCLOSURES_FOLDER = DATA / "enclosures"  # files of drafts and templates
IMPORTS_FOLDER = DATA / "imports"  # lists that people bring, for a week
EXPORTS_FOLDER = DATA / "exports"  # what people had made to hand over, for a week
BUILT_FOLDER = DATA / "built"  # fonts, translations and static files made at set-up
KEY_FILE = Path(env.str("POSTROOM_SECRET_KEY_FILE", str(DATA / "keys" / "secret.key"))).resolve()
KEYRING = Keyring.from_file(KEY_FILE)

# The first line of the key file signs; older lines still verify, so that a rotation signs
# nobody out (RELIABILITY S5). Without a key file `postroom setup` is all that can run.
SECRET_KEY, *SECRET_KEY_FALLBACKS = KEYRING.signing_keys() or ["no key yet: run postroom setup"]

# --- the outside ----------------------------------------------------------------------------
DEBUG = False
ADDRESS = env.str("POSTROOM_ADDRESS", "http://localhost:8025").rstrip("/")
ALLOWED_HOSTS = env.list("POSTROOM_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [ADDRESS]
SECURE = ADDRESS.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "postroom.practice.sessions"
SESSION_COOKIE_NAME = "__Host-postroom" if SECURE else "postroom"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_NAME = "__Host-postroom-csrf" if SECURE else "postroom-csrf"
DEVICE_COOKIE_NAME = "__Host-postroom-known" if SECURE else "postroom-known"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "postroom.web.views.csrf_failure"
# Without a mail server nothing is sent: a message on the console would put its link in the log.
EMAIL_CONFIG = env.email_url("POSTROOM_EMAIL_URL", default="dummymail://")
globals().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str(
    "POSTROOM_EMAIL_FROM", f"Postroom <postroom@{urlsplit(ADDRESS).hostname}>"
)

# Mail hosts on the practice's own network are refused on the account form unless the installer
# says otherwise (RELIABILITY 4.2); `postroom account add` is the installer and may name any host.
PRIVATE_MAIL_HOSTS = choice("POSTROOM_PRIVATE_MAIL_HOSTS", YES_NO, "no")
# The same for the addresses of calendar feeds, which then need no encryption either.
PRIVATE_FEEDS = choice("POSTROOM_PRIVATE_FEEDS", YES_NO, "no")

# ClamAV's daemon, as host:port or the path of its socket; none: attachments are not scanned.
CLAMD = env.str("POSTROOM_CLAMD", "").strip()
if CLAMD and not (CLAMD.startswith("/") or CLAMD.rpartition(":")[2].isdecimal()):
    raise ImproperlyConfigured(f"POSTROOM_CLAMD is {CLAMD!r}; it must be host:port or a path.")

# --- the clockwork --------------------------------------------------------------------------
POLL_SECONDS = env.float("POSTROOM_POLL_SECONDS", default=0.0)  # 0: each workflow's own interval
WATCHERS = env.int("POSTROOM_WATCHERS", default=100)  # connections a worker holds open
RETRY_SECONDS = env.float("POSTROOM_RETRY_SECONDS", default=60.0)

# Folders below which a practice may have files watched and taken in; `{practice}` stands for its
# own part. None: files come by upload alone.
DROP_ROOTS = env.list("POSTROOM_DROP_ROOTS", default=[])

# --- the house ------------------------------------------------------------------------------
ROOT_URLCONF = "postroom.urls"
ASGI_APPLICATION = "postroom.asgi.application"
AUTH_USER_MODEL = "practice.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": env.db_url("POSTROOM_DATABASE_URL", default=f"sqlite:///{DATA / 'postroom.sqlite3'}")
}
DATABASE = DATABASES["default"]
ON_POSTGRESQL = DATABASE["ENGINE"] == "django.db.backends.postgresql"
DATABASE["CONN_MAX_AGE"] = 600
DATABASE["CONN_HEALTH_CHECKS"] = True
if not ON_POSTGRESQL:
    # FULL, not NORMAL: a power cut lost up to 499 acknowledged commits with NORMAL and none
    # with FULL (RELIABILITY E5). IMMEDIATE: a reader never has to become a writer half way.
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; "
        # What is deleted is overwritten: an erasure would leave its words in free pages (S9).
        "PRAGMA secure_delete=ON;",
    }
    DATABASE["TEST"] = {"NAME": str(DATA / "test.sqlite3")}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "django_tasks",
    # Each database has its own engine; procrastinate's migrations cannot run on SQLite.
    "procrastinate.contrib.django" if ON_POSTGRESQL else "django_tasks_db",
    "postroom.practice",
    "postroom.clients",
    "postroom.appointments",
    "postroom.connections",
    "postroom.register",
    "postroom.outbox",
    "postroom.intake",
    "postroom.custody",
    "postroom.web",
]
TASKS = {
    "default": {
        "BACKEND": "postroom.kit.background.procrastinate.ProcrastinateBackend"
        if ON_POSTGRESQL
        else "django_tasks_db.DatabaseBackend",
    }
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "postroom.web.statics.static_files",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "postroom.practice.door.door",
    "postroom.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "postroom.web.middleware.private_pages",
    "postroom.web.middleware.not_a_page",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "postroom.web.context.house",
            ],
            "builtins": ["postroom.web.templatetags.house"],
            "libraries": {"i18n": "postroom.web.templatetags.spoken"},
        },
    }
]

# --- signing in -----------------------------------------------------------------------------
# In the session, not in a cookie: they name clients.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "practice:sign_in"
LOGIN_REDIRECT_URL = "web:front"
LOGOUT_REDIRECT_URL = "practice:sign_in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Passkeys belong to a host name; browsers refuse an IP address, and http but for localhost.
PASSKEY_HOST = urlsplit(ADDRESS).hostname or ""
# The sample practice may be looked at without a second factor (MODEL decision 18).
DEMO = choice("POSTROOM_DEMO", YES_NO, "no")

# --- the practice's identity provider (OpenID Connect) ---------------------------------------
OIDC_ISSUER = env.str("POSTROOM_OIDC_ISSUER", "").rstrip("/")
OIDC_CLIENT_ID = env.str("POSTROOM_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = secret_in(env.str("POSTROOM_OIDC_CLIENT_SECRET_FILE", ""))
OIDC_NAME = env.str("POSTROOM_OIDC_NAME", "")
if OIDC_ISSUER and not (OIDC_CLIENT_ID and OIDC_CLIENT_SECRET and OIDC_NAME):
    raise ImproperlyConfigured(
        "POSTROOM_OIDC_ISSUER needs POSTROOM_OIDC_CLIENT_ID, POSTROOM_OIDC_CLIENT_SECRET_FILE "
        "and POSTROOM_OIDC_NAME too."
    )

# --- languages ------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
# The .po files are in the house; `postroom setup` compiles them, so that no tool is needed.
LOCALE_PATHS = [BUILT_FOLDER / "locale"]
FORMAT_MODULE_PATH = ["postroom.web.formats"]

# --- static files ---------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = BUILT_FOLDER / "static"
STATICFILES_DIRS = [("web", BUILT_FOLDER / "fonts")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- what a page may load -------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("POSTROOM_LOG_LEVEL", "INFO").upper()},
    "loggers": {
        "django.request": {"level": "ERROR"},  # a 404 is the visitor's affair
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # and so is a strange Host
        "imapclient": {"level": "WARNING"},  # below, it would log what people write
        "httpcore": {"level": "WARNING"},  # below, where a feed sends us, which is a secret
        "procrastinate": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},  # below, two lines for each task
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "CRITICAL"},  # it quotes what it does not draw
        "uvicorn.access": {"level": "WARNING"},  # addresses name clients by number
        "httpx": {"level": "WARNING"},  # below, it logs addresses with their queries
    },
}
