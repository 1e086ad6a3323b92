"""Porchlight: a private chat line to the right help, in vetted words, that remembers nothing."""

__version__ = "0.1.0"
