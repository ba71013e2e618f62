"""Pages of the clients room, one file for each subject."""
