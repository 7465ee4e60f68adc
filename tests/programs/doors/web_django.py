# a view of Django fails
# needs: django
# env: TIBIDI_LOGGING=ERROR
import django
from django.conf import settings
from django.test import Client
from django.urls import path

import shop

settings.configure(ROOT_URLCONF="__main__", ALLOWED_HOSTS=["*"], SECRET_KEY="x")
urlpatterns = [path("", shop.fail)]
django.setup()
print(Client(raise_request_exception=False).get("/").status_code)
