# a handler of logging cannot write, since the disk is full
# dumps: 0
import logging


class Handler(logging.StreamHandler):
    def flush(self):
        raise OSError(28, "No space left on device")


logging.basicConfig(handlers=[Handler()])
logging.warning("order 7")
print("goes on")
