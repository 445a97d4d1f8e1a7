"""The settings. Each comes from the environment (see .env.example) and has a working default.

With none set, the PIM runs for this machine only: loopback host names, SQLite and a folder broker in
`var/`, keys made at first start. Naming a real host in PIM_HOSTS (or PIM_DEMO=0) makes it production,
which does not start without its own secrets.
"""

from pathlib import Path

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from pim import env, file_storage
from pim.local_secrets import local_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env.read_env_file(Path(env.text("PIM_ENV_FILE", str(BASE_DIR / ".env"))))

# --- where it runs
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")
PIM_DATA = env.folder("PIM_DATA", BASE_DIR / "var")
ALLOWED_HOSTS = env.names("PIM_HOSTS", LOOPBACK_HOSTS)
PIM_DEMO = env.flag("PIM_DEMO", set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS))
DEBUG = env.flag("PIM_DEBUG", False)
if PIM_DEMO and not set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS):
    raise ImproperlyConfigured(
        "PIM_DEMO=1 is for this machine only; remove it or the real hosts in PIM_HOSTS."
    )
if DEBUG and not PIM_DEMO:
    raise ImproperlyConfigured("PIM_DEBUG=1 shows settings to everyone; it is for this machine only.")
PIM_DATA.mkdir(parents=True, exist_ok=True)
PIM_PORT = env.integer("PIM_PORT", 8000, minimum=1, maximum=65535)
PIM_SHOP_PORT = env.integer("PIM_SHOP_PORT", 8801, minimum=1, maximum=65535)
PIM_BASE_URL = env.text("PIM_BASE_URL", f"http://127.0.0.1:{PIM_PORT}").rstrip("/")

# --- secrets
SECRET_KEY = env.secret("SECRET_KEY") or (PIM_DEMO and local_secret(PIM_DATA / "secrets", "secret_key")) or ""
_field_keys = (
    env.secret("PIM_FIELD_KEYS") or (PIM_DEMO and local_secret(PIM_DATA / "secrets", "field_key")) or ""
)
PIM_FIELD_KEYS = [key.strip() for key in _field_keys.split(",") if key.strip()]
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("django-insecure-") or len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or too simple: production needs its own, of 50 random characters."
    )
env.require_fernet_keys("PIM_FIELD_KEYS", PIM_FIELD_KEYS)

# --- what it is made of
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # without its site: ours is of it
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "pim.admin_site.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "import_export",
    "django_prose_editor",
    "django_filters",
    "axes",
    "csp",
    "pim",
    "catalog",
    "channels",
    "enrichment",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "catalog.time_zone.time_zone_middleware",
    "catalog.reader.reader_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "pim.urls"
WSGI_APPLICATION = "pim.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["catalog.templatetags.numbers_of_things"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database: one writer at a time on SQLite, so transactions begin IMMEDIATE and stay short; never
# ATOMIC_REQUESTS, under which every page view would take the write lock.
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{PIM_DATA / 'pim.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # A connection lives for one request, too short to fill a cache of its own: mapped, the file's pages are the system's
        # cache for all of them. What lies beyond the first GiB is read as before.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=1073741824;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.integer("PIM_CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A statement is compiled where the planner thinks it dear, as it does of those that look at each product's categories: that
    # took 30 to 40 ms of 100, and never paid. DATABASE_URL may say otherwise (?options=…).
    DATABASES["default"]["OPTIONS"] = {"options": "-c jit=off", **DATABASES["default"].get("OPTIONS", {})}

# --- broker and workers: the rows are the truth, Celery carries nudges (docs/decisions).
BROKER_URL = env.text("BROKER_URL", "filesystem://")
PIM_TICK_SECONDS = env.integer("PIM_TICK_SECONDS", 3, minimum=1, maximum=3600)
PIM_TASK_SECONDS = env.integer("PIM_TASK_SECONDS", 600, minimum=30)
PIM_LEASE_SECONDS = env.integer("PIM_LEASE_SECONDS", 60, minimum=2, maximum=3600)
CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = PIM_TASK_SECONDS
CELERY_TASK_SOFT_TIME_LIMIT = PIM_TASK_SECONDS - 10
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(PIM_DATA / "beat-schedule")
if BROKER_URL.startswith("filesystem:"):
    # In and out are the same folder: every process is producer and consumer of the same messages.
    _broker = PIM_DATA / "broker"
    for _name in ("messages", "control"):
        (_broker / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "messages"),
        "data_folder_out": str(_broker / "messages"),
        "control_folder": str(_broker / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
elif BROKER_URL.startswith(("redis:", "rediss:", "memory:")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": PIM_TASK_SECONDS + 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 2,
        "socket_timeout": 30,
        "max_retries": 0,  # a nudge that cannot be sent now is dropped: nobody's save waits for Redis
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
else:
    raise ImproperlyConfigured("BROKER_URL must begin with filesystem:// or redis://.")

# --- language and time
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French"))]
# Where no browser says another: mails, what channels are told about, jobs that nobody asked for.
LANGUAGE_CODE = env.choice("PIM_LANGUAGE", "en", tuple(code for code, _name in LANGUAGES))
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds; until somebody chose one, the browser's own
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SAMESITE = True, "Lax"
TIME_ZONE = env.text("PIM_TIME_ZONE", "UTC")
USE_I18N = USE_TZ = True

# --- files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = PIM_DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
MEDIA_URL = "/media/"
MEDIA_ROOT = PIM_DATA / "media"
WHITENOISE_USE_FINDERS = PIM_DEMO  # without a collectstatic step on one machine; production collects once
WHITENOISE_AUTOREFRESH = PIM_DEMO  # else files are served at the length they had when the process started
STORAGES = {
    "default": file_storage.from_environment(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PIM_DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
PIM_MAX_UPLOAD_MB = env.integer("PIM_MAX_UPLOAD_MB", 200, minimum=1)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a product page posts a field per attribute, locale and context

# --- how long what accumulates is kept, in days (catalog.retention)
PIM_KEEP_REVISIONS = env.integer("PIM_KEEP_REVISIONS", 50, minimum=1)
PIM_KEEP_REVISIONS_DAYS = env.integer("PIM_KEEP_REVISIONS_DAYS", 730, minimum=30)
PIM_KEEP_IMPORTS_DAYS = env.integer("PIM_KEEP_IMPORTS_DAYS", 90, minimum=1)
PIM_KEEP_ATTEMPTS_DAYS = env.integer("PIM_KEEP_ATTEMPTS_DAYS", 90, minimum=1)
PIM_KEEP_CONTRADICTIONS_DAYS = env.integer("PIM_KEEP_CONTRADICTIONS_DAYS", 90, minimum=1)
PIM_KEEP_COMMENTS_DAYS = env.integer("PIM_KEEP_COMMENTS_DAYS", 730, minimum=1)
PIM_KEEP_LAUNCHES_DAYS = env.integer("PIM_KEEP_LAUNCHES_DAYS", 730, minimum=1)
PIM_KEEP_JOBS_DAYS = env.integer("PIM_KEEP_JOBS_DAYS", 90, minimum=1)
PIM_KEEP_EXPORTS_DAYS = env.integer("PIM_KEEP_EXPORTS_DAYS", 7, minimum=1)
PIM_KEEP_SIGN_INS_DAYS = env.integer("PIM_KEEP_SIGN_INS_DAYS", 90, minimum=1)

# --- who gets in
AUTH_USER_MODEL = "catalog.User"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_FAILURE_LIMIT = env.integer("PIM_LOGIN_FAILURES", 8, minimum=3)
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # so nobody locks the owner out from elsewhere
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "pim/locked_out.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# --- the browser's guards
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, UNSAFE_EVAL, NONCE],  # the theme's Alpine evaluates its attributes
        "style-src": [SELF, UNSAFE_INLINE],  # and sets style attributes
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
if not PIM_DEMO:
    _https = env.flag("PIM_HTTPS", True)
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
    SECURE_SSL_REDIRECT = _https and env.flag("PIM_HTTPS_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.integer("PIM_HSTS_SECONDS", 31_536_000) if _https else 0
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = bool(SECURE_HSTS_SECONDS)
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"]
    if env.flag("PIM_BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- mail: only where a server is named
PIM_MAIL = env.mail("PIM_MAIL_URL")
globals().update(PIM_MAIL)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("PIM_MAIL_FROM", "pim@localhost")

# --- where scheduled imports may look on this machine
PIM_IMPORT_FOLDER = (
    str(env.folder("PIM_IMPORT_FOLDER", PIM_DATA / "incoming")) if PIM_DEMO else env.text("PIM_IMPORT_FOLDER")
)

# --- what it may call
PIM_ALLOWED_PRIVATE_HOSTS = env.names("PIM_ALLOWED_PRIVATE_HOSTS")

# --- logs: one line per event on stderr, secrets masked
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "pim.lib.redaction.RedactingFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "filters": ["redact"], "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("PIM_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
    },
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "httpx": {"level": "WARNING"},
        "paramiko": {"level": "CRITICAL"},  # what it meets is told by whoever asked it
        # A line per tick would bury what matters.
        **{
            name: {"level": "WARNING"}
            for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")
        },
    },
}

from pim.navigation import UNFOLD  # noqa: E402, F401  (read by the theme)
