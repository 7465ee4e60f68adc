"""A summary as text for people or JSON for programs.

Rules: formatters are generators of lines and print nothing.  All text from a dump, which is not trusted, passes through
`printable` before it reaches a terminal.  Nothing here ever unpickles.
"""
