"""Revive a dump: real frames, real tracebacks, real debuggers.

Strategy
--------
Debuggers, `traceback`, rich and IPython work on frames and tracebacks, and
Python has no constructor for frames.  But calling a function makes one.  So
for every captured frame a function is compiled that has the name, the
parameters, the variables and the position of the original, and whose only
statement calls the next function; the innermost one raises the captured
exception.  Calling the outermost function builds the whole stack, and what
every tool then sees is real.  Nothing is monkeypatched.

`compiler` compiles one function, `calls` binds it to its values and nests the
functions of a stack, `exceptions` raises the whole chain, `revived` holds the
revived dump, `debuggers` hands it to a debugger: `post_mortem` is the own pdb,
`threads` runs the stacks on threads for debuggers that enter a running frame.
"""
