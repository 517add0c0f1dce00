"""Brings the tables up to date, and lets the first person in."""

import os

from django.contrib.auth import get_user_model
from django.core.management import BaseCommand, call_command


class Command(BaseCommand):
    """`manage.py prepare`."""

    help = __doc__

    def handle(self, *_arguments, **_options):
        """Migrate; the user `admin` gets the password that the stack has made for it, once."""
        call_command("migrate", interactive=False)
        users = get_user_model().objects
        if not users.filter(is_superuser=True).exists():
            users.create_superuser("admin", password=os.environ["ADMIN_PASSWORD"])
