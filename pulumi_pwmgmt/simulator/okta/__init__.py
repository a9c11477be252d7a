"""Okta: the management API, primary authentication and MyAccount, over one directory."""
