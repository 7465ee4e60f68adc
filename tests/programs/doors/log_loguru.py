# loguru logs an exception
# needs: loguru
# env: TIBIDI_LOGGING=ERROR
from loguru import logger

import shop

try:
    shop.fail()
except ZeroDivisionError:
    logger.exception("failed")
