"""model <-> ZIP: the dump file, written and read front to back."""
