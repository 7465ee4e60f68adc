# sentry_sdk reports the exception
# needs: sentry_sdk
import sentry_sdk

import shop

sentry_sdk.init("http://key@127.0.0.1:9/1", transport=lambda *_: None)
shop.fail()
