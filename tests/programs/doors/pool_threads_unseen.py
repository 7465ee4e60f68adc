# nobody asks a future for its result
# env: TIBIDI_LOGGING=ERROR
from concurrent.futures import ThreadPoolExecutor

import shop

with ThreadPoolExecutor(1) as pool:
    pool.submit(shop.fail)
print("goes on")
