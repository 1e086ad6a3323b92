"""Incoming in, Reply out, once per place where people write."""
