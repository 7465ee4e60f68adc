"""Bytes to values, on the developer's side only: live, and inert for untrusted files."""
