"""Values to bytes: pass two of a dump, on the crash side only."""
