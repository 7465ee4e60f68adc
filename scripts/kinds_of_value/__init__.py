"""Kinds of value, and what must come back of each from a dump."""
