"""ETNA Trader: token, the user's own password, user info, policies."""
