"""Revive a dump: real frames, real tracebacks, real debuggers.

"Why real frames" in docs/architecture.md has the strategy.  `compiler` compiles one function, `calls`
binds it to its values and nests the functions of a stack, `exceptions` raises the whole chain, `revived`
holds the revived dump, `debuggers` hands it to a debugger: `post_mortem` is the own pdb, `threads` runs
the stacks on threads for debuggers that enter a running frame.
"""
