"""Practice, members, roles, audit and events."""
