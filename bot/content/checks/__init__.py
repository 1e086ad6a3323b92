"""The checks of `porchlight check`, one module a subject."""
