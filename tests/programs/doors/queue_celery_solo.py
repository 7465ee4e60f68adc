# a task of Celery fails in a worker (solo)
# needs: celery /redis-server redis
# env: TIBIDI_LOGGING=ERROR
# compare: status stdout
import celeries
import serving
import stores

with stores.redis(), serving.running("celery", "-A", "celeries", "worker", "-P", "solo", "-l", "ERROR"):
    try:
        celeries.work_order.delay().get(timeout=60)
    except ZeroDivisionError as error:
        print(repr(error))
