"""The correspondence register: what was said, and who may read it."""
