"""Read untrusted values: nothing that a file names is imported or called.

`unpickler` reads the pickles of one dump in turn, `machine` runs their opcodes
within the limits of `screen`, `builder` answers calls, states and items.
`plain` has the data types that become real values, `makers` the words of the
format, `classes` and `exceptions` what classes become, `arrays` and `tables`
the functions of numpy and pandas, and `types` the inert objects that anything
else becomes.
"""
