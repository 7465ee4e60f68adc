"""The dumps of many machines: copied to a store (push), listed in tables (index), and queried (query)."""
