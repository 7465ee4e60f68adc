"""Install the hooks at the start of a frozen program, which reads no .pth file."""

__import__("tibidi_autoinstall").main()  # in the namespace of `__main__`, which gets no name from here
