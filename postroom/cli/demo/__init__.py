"""`postroom demo`: a sample practice with its own mail server, on this machine only."""
