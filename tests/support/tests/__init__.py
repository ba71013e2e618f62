"""The tools' own tests: a proof is worth what its tools are worth."""
