"""The vocabulary that writing and reading share: names in pickles, stand-ins, keys of code objects."""
