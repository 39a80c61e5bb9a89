"""The audit trail: who did what, to what, from where and when, in a chain that shows any change."""
