# an application logs at a lower level than that of TIBIDI_LOGGING
# env: TIBIDI_LOGGING=ERROR
# dumps: 0
import logging

import shop

try:
    shop.fail()
except ZeroDivisionError:
    logging.warning("failed", exc_info=True)
