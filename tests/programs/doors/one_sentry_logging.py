# sentry_sdk reports an exception that is logged and then ends the program
# needs: sentry_sdk
# env: TIBIDI_LOGGING=ERROR
import logging

import sentry_sdk

import shop

sentry_sdk.init("http://key@127.0.0.1:9/1", transport=lambda *_: None)
try:
    shop.fail()
except ZeroDivisionError:
    logging.exception("failed")
    raise
