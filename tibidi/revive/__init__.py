"""A dump back on its feet: real frames, real tracebacks, real debuggers.

Strategy
--------
Debuggers, `traceback`, rich and IPython know frames and tracebacks and
nothing else, and neither can be made from Python.  They can be caused,
though: for every captured frame a function is compiled that has the name,
the parameters, the variables and the position of the original and whose only
statement calls the next one; the innermost raises the captured exception.
Calling the outermost brings the whole stack about, and what every tool then
sees is real.  Nothing is monkeypatched.

`code` compiles one function, `frames` binds it to its values, `nest` calls
them into each other, `exceptions` raises the whole chain, `launch` runs a
stack on a thread of its own, `stage` holds the revived dump, `debugger` and
`doors` hand it to a debugger.
"""
