"""Tests on real servers, which they start themselves: `make test-integration`."""
