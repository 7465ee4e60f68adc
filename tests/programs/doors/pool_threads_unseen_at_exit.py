# nobody has asked a future for its result when the program ends
# env: TIBIDI_LOGGING=ERROR
from concurrent.futures import ThreadPoolExecutor

import shop

pool = ThreadPoolExecutor(1)
future = pool.submit(shop.fail)
pool.shutdown()
print("goes on")
