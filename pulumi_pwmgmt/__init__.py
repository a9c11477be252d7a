"""The passwords of service accounts, declared with Pulumi."""
