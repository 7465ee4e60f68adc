# optparse ends the program because of a wrong option
# env: TIBIDI_EXITS=errors
# dumps: 0
import optparse

optparse.OptionParser().parse_args(["--colour", "red"])
