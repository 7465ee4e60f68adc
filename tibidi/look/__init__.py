"""Reading live objects without running any code of the application."""
