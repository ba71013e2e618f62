"""What people may type in the practice room."""
