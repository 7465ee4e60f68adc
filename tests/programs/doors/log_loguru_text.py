# loguru logs an error while an exception is being handled
# needs: loguru
# env: TIBIDI_LOGGING=ERROR
from loguru import logger

import shop

try:
    shop.fail()
except ZeroDivisionError as error:
    logger.error("failed: {}", error)
