# Ctrl-C is no crash
# dumps: 0
import signal

signal.raise_signal(signal.SIGINT)
