"""Postroom, the post room of a professional practice."""

__version__ = "0.1.0"
