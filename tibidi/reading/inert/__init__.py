"""Reading the values of strangers: nothing that a file names is imported or called.

`unpickler` reads the pickles of one dump in turn, `machine` runs their
opcodes within what `screen` allows, `plain` has the data types that become
real values, `words` our vocabulary, `classes` what classes become, `arrays`
and `frames` the words of numpy and pandas, and `types` the inert objects that
all else becomes.
"""
