"""What scripts/redaction measures with."""
