"""Real servers, started from packages without root and without containers.

One module per server; `base.py` has the common part. Used by tests, benchmarks and `make stack`.
"""
