"""flight (pyflight) as its introduction installs it; its dump is in the current directory."""

import flight

flight.install()
