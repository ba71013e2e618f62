"""The API: a practice's own system tells what changes. JSON over the same verbs as the pages."""
