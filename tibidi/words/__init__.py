"""The vocabulary that writing and reading share: what pickles name, stand-ins, keys of code objects."""
