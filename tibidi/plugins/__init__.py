"""Plugins of other programs: each is found by an entry point of tibidi and imported by its host only."""
