# structlog renders an exception into JSON
# needs: structlog
# env: TIBIDI_LOGGING=ERROR
import structlog
from structlog.processors import CallsiteParameter

import shop

where = structlog.processors.CallsiteParameterAdder([CallsiteParameter.MODULE, CallsiteParameter.LINENO])
structlog.configure([where, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
try:
    shop.fail()
except ZeroDivisionError as error:
    structlog.get_logger().error("failed", exc_info=error)
