"""A summary as text for people or JSON for programs.

Rules: formatters are generators of lines and print nothing.  All text from a
dump passes through `printable` before it reaches a terminal, because the dump
is not trusted.  Nothing here ever unpickles.
"""
