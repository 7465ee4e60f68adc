# better_exceptions prints the traceback
# needs: better_exceptions
import better_exceptions

import shop

better_exceptions.hook()
shop.fail()
