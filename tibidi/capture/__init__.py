"""Pass one: what is alive at a crash, as plain data."""
