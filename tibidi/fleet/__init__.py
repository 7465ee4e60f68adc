"""The dumps of many machines: to a store (push), a table of what is in it (index), questions to it (query)."""
