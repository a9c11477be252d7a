"""OneLogin: tokens, users v1 and v2, passwords, policies and the log-in."""
