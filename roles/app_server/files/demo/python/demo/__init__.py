"""A small application that shows the stack at work: who answered, what was written, what was read back."""

from __future__ import annotations

import os

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from . import metrics
from .database import Database
from .freshness import Freshness
from .items import Items
from .settings import Settings
from .views import views


def create_app(settings: Settings | None = None, database: Database | None = None, items: Items | None = None) -> Flask:
    """Put the application together; tests hand in their own database."""
    app = Flask(__name__, static_folder="../static")
    app.config["SETTINGS"] = settings or Settings.from_environment(os.environ)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024
    app.json.sort_keys = False
    app.extensions["database"] = database or Database.of(app.config["SETTINGS"])
    app.extensions["items"] = items or Items(app.extensions["database"])
    app.extensions["freshness"] = Freshness(app.config["SETTINGS"].secret_key)
    app.register_blueprint(views)
    metrics.begin()
    # Only the proxy on this host can reach the socket, and the balancer deletes what clients claim.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
    return app
