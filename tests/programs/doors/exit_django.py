# a command of Django raises CommandError
# needs: django
# env: TIBIDI_EXITS=errors
from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.management.base import CommandError

import shop

settings.configure()


class Command(BaseCommand):
    requires_system_checks = []

    def handle(self, *args, **options):
        try:
            shop.fail()
        except ZeroDivisionError as error:
            raise CommandError("no such order") from error


Command().run_from_argv(["manage.py", "shop"])
