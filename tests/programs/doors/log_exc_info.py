# an application logs with exc_info
# env: TIBIDI_LOGGING=ERROR
import logging

import shop

try:
    shop.fail()
except ZeroDivisionError:
    logging.exception("failed")
