"""model <-> ZIP: the file that travels, written and read front to back."""
