# a job of arq fails in a worker
# needs: arq /redis-server
# env: TIBIDI_LOGGING=ERROR
# compare: status stdout
import asyncio

import arq
from arq.connections import RedisSettings

import shop
import stores


async def job(context):
    shop.fail()


async def main():
    settings = RedisSettings(port=stores.PORT)
    pool = await arq.create_pool(settings)
    await pool.enqueue_job("job")
    worker = arq.Worker([job], redis_pool=pool, burst=True, poll_delay=0.1, handle_signals=False)
    await worker.main()
    print(worker.jobs_failed)


with stores.redis():
    asyncio.run(main())
