"""What leaves: letters queued with their cause, sent once, and shown for what became of them."""
