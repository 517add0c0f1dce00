"""What the stack tells the project that `wagtail start` makes; its settings for production read this file last."""

import os

import pymysql

from .base import INSTALLED_APPS

pymysql.install_as_MySQLdb()

# A build is told nothing of the data and has no secrets.
SECRET_KEY = os.environ.get("SECRET_KEY", "")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "HOST": os.environ.get("DATABASE_HOST"),
        "PORT": os.environ.get("DATABASE_WRITER_PORT"),
        "NAME": os.environ.get("DATABASE_SCHEMA"),
        "USER": os.environ.get("DATABASE_WRITER_USER"),
        "PASSWORD": os.environ.get("DATABASE_WRITER_PASSWORD"),
        "CONN_MAX_AGE": int(os.environ.get("DATABASE_RECYCLE_SECONDS", "0")),
        # A session ends when another server becomes primary.
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"ssl": {"ca": os.environ.get("DATABASE_CA_FILE")}},
    }
}
INSTALLED_APPS = ["stack", *INSTALLED_APPS]
ROOT_URLCONF = "stack.urls"

# The web tier answers no other names, and clients come by HTTPS alone.
ALLOWED_HOSTS = ["*"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

# Neither it nor a page of it asks anybody else.
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
