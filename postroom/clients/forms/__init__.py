"""What people may type in the clients room."""
