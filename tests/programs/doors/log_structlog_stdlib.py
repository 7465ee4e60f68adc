# structlog passes an exception to logging
# needs: structlog
# env: TIBIDI_LOGGING=ERROR
import logging

import structlog

import shop

logging.basicConfig()
structlog.configure(
    [structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
)
try:
    shop.fail()
except ZeroDivisionError:
    structlog.get_logger().exception("failed")
