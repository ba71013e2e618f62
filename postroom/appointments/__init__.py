"""The book: who comes when, and what falls due; kept by the practice system, read here."""
