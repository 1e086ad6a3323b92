"""What people print or measure."""
