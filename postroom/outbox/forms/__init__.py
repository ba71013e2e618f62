"""What may be typed in a template and in the composer."""
