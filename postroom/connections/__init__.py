"""Mail accounts, workflows, and every wire."""
