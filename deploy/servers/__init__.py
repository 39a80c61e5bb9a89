"""Real servers, each started from its own package without root and without containers.

One module a server; `base.py` says what they have in common. Tests, measurements and `make stack` start them from here.
"""
