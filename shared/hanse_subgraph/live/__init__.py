"""Telling live subscriptions that something was counted: in this process, or in every replica."""
