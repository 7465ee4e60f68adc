# structlog prints an exception
# needs: structlog
# env: TIBIDI_LOGGING=ERROR
import structlog

import shop

try:
    shop.fail()
except ZeroDivisionError:
    structlog.get_logger().exception("failed", order=7)
