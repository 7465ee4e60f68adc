# an application logs the text of the traceback
# env: TIBIDI_LOGGING=ERROR
import logging
import traceback

import shop

try:
    shop.fail()
except ZeroDivisionError:
    logging.error("failed: %s", traceback.format_exc())
