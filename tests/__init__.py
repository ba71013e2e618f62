"""Whole-house proofs: real servers, real processes, real faults."""
