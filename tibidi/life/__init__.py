"""The life records of processes: who each is, and which are dead; a record of a dead process becomes a dump.

`tibidi_autoinstall` writes them at the start.  They are read in the next process
that starts or ends, and by `tibidi list`.  Nothing here is loaded unless a process has died.
"""
