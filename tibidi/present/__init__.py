"""A story as text for people or JSON for programs.

Rules: formatters are generators of lines and print nothing.  Everything that
comes out of a dump goes through `printable` on its way to a terminal, because
whoever wrote the dump chose it.  Nothing here ever unpickles.
"""
