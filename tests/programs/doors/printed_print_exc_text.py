# an application formats a traceback
# env: TIBIDI_LOGGING=ERROR
# dumps: 0
import io
import traceback

import shop

try:
    shop.fail()
except ZeroDivisionError:
    traceback.print_exc(file=io.StringIO())
    traceback.format_exc()
print("goes on")
