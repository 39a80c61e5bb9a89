"""The catalog: what is on sale, for how much, and how much of it is there."""
