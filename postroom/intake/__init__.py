"""Fetching and filing the post."""
