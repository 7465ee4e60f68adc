"""Questions about a loaded dump: where a value occurs, what differs between two, what a function does today."""
