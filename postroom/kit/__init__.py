"""Small tools that know nothing about post."""
