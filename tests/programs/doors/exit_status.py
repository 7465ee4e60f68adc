# sys.exit(1) without an exception
# env: TIBIDI_EXITS=errors
# dumps: 0
import sys

sys.exit(1)
