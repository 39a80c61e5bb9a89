"""Sending mail: to files by default, over SMTP by URL."""
