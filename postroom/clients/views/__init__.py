"""Pages of clients: a file for each subject."""
