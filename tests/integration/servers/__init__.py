"""The servers themselves: what the other tests rest on."""
