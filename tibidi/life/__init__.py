"""The life records that `tibidi_autoinstall` writes: those of dead processes become dumps, once each."""
