# an application logs an error while nothing has been raised
# env: TIBIDI_LOGGING=ERROR
# dumps: 0
import logging

try:
    {}["x"]
except KeyError:
    pass
logging.error("something else")
