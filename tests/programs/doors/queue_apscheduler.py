# a job of APScheduler fails
# needs: apscheduler
# env: TIBIDI_LOGGING=ERROR
import time

from apscheduler.schedulers.background import BackgroundScheduler

import shop

scheduler = BackgroundScheduler()
scheduler.add_job(shop.fail)
scheduler.start()
time.sleep(1)
scheduler.shutdown()
print("goes on")
