"""What a person may type about clients, cleaned: a file for each subject."""
