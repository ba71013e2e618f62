"""Measuring Postroom beside others on the same machine: `make bench`."""
