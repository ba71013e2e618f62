"""The doors for people: base page, navigation, home, static files."""
