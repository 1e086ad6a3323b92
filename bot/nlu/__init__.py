"""Message text in, Classification out; knows no channel and no YAML."""
