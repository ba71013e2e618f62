"""Throw-away servers, fault tools and the oracle that the proofs in tests/ stand on."""
