"""A fuzzer of the whole platform in one process: `make fuzz`."""
