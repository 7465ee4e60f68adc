# argparse ends the program because of a wrong option
# env: TIBIDI_EXITS=errors
# dumps: 0
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--number", type=int)
parser.parse_args(["--number", "x"])
