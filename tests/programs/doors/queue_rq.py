# a job of RQ fails in a worker
# needs: rq /redis-server
# env: TIBIDI_LOGGING=ERROR
# compare: status stdout
import redis
import rq

import shop
import stores

with stores.redis():
    connection = redis.Redis.from_url(stores.URL)
    queue = rq.Queue(connection=connection)
    job = queue.enqueue(shop.fail)
    rq.Worker([queue], connection=connection).work(burst=True)
    print(job.get_status())
