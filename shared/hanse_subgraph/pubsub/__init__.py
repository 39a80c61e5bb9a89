"""Wake live subscriptions: within one process, or in every replica."""
