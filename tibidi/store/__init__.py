"""Where dumps and keys live: directories, names, permissions, retention."""
