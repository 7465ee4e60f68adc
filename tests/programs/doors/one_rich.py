# rich prints the traceback
# needs: rich
import rich.traceback

import shop

rich.traceback.install()
shop.fail()
