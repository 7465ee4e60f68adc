"""The dumps of many machines: to a store (push)."""
