# a signal handler fails
import signal

import shop

signal.signal(signal.SIGUSR1, shop.fail)
signal.raise_signal(signal.SIGUSR1)
