"""Pages that touch every room."""
