"""Verbs that touch every room: today, merging two clients."""
