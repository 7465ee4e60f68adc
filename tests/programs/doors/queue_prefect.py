# a flow of Prefect fails
# needs: prefect
# compare: status
import os

os.environ["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] = "true"
import prefect

import shop

prefect.flow(lambda: shop.fail(), name="shop")()
