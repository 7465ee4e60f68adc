# an exception passes sentry_sdk, rich, an excepthook of the application, and loguru
# needs: sentry_sdk rich loguru
# env: TIBIDI_LOGGING=ERROR TIBIDI_EXITS=errors
import sys

import rich.traceback
import sentry_sdk
from loguru import logger

import shop

sentry_sdk.init("http://key@127.0.0.1:9/1", transport=lambda *_: None)
rich.traceback.install()
previous = sys.excepthook


def hook(kind, exc, tb):
    logger.opt(exception=exc).critical("ends")
    previous(kind, exc, tb)


sys.excepthook = hook
shop.fail()
