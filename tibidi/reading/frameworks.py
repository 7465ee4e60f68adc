"""Set up a framework as the crashed program had it, before objects of its models are loaded live."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.util import find_spec

from tibidi.look.anatomy import error_text
from tibidi.model import FAILED_HERE, Omission

DJANGO_SETTINGS = "DJANGO_SETTINGS_MODULE"


def set_up(environment: Mapping[str, str], problems: list[Omission]) -> str:
    """Return in words what was set up, "" if nothing was; a failure is added to `problems`.

    Django makes no object of a model before `django.setup()`, which wants the
    settings that the crashed program named in its environment.
    """
    settings = environment.get(DJANGO_SETTINGS)
    if not settings or find_spec("django") is None:
        return ""
    os.environ.setdefault(DJANGO_SETTINGS, settings)
    try:
        import django  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of the application

        django.setup()
    except Exception as error:  # noqa: BLE001 - it imports the settings and all applications
        detail = f"django.setup() with {os.environ[DJANGO_SETTINGS]}: {error_text(error)}"
        problems.append(Omission("modules['django']", FAILED_HERE, detail))
        return ""
    return f"Django is set up with {os.environ[DJANGO_SETTINGS]}, as the crashed program had it."
