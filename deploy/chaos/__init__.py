"""`make chaos`: runs the distributed platform under load, kills its processes in turn, then checks all data.

world.py starts real servers and all processes; load.py sends mutations through the routers and records what was
acknowledged; faults.py kills processes at random, by a seed; checks.py compares databases, event log, statistics,
ledger and audit chain.
"""
