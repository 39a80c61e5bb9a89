"""`make chaos`: the distributed platform under load, its parts killed in turn, and afterwards the books are checked.

world.py starts real servers and every process; load.py sends mutations through the router and notes what was
acknowledged; faults.py kills and restarts at random, by a seed; checks.py holds databases, event log, statistics,
ledger and audit chain against each other.
"""
