# config.logging_level is set in code, after the libraries are imported
import logging

import shop
import tibidi

tibidi.config.logging_level = "ERROR"
try:
    shop.fail()
except ZeroDivisionError:
    logging.exception("failed")
