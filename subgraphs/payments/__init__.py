"""Payments: what users owe, what they have paid, and the ledger that stands behind both."""
