# logger.catch() of loguru catches an exception
# needs: loguru
# env: TIBIDI_LOGGING=ERROR
from loguru import logger

import shop

logger.catch(shop.fail)()
print("goes on")
