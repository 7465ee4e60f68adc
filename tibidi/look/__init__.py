"""Reads live objects without running any application code."""
