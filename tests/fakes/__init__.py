"""Stand-ins that the tests share: a Bot API server, a classifier that always hears the same, a broken engine."""
