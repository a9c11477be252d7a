"""Rules that judge credentials without seeing a password, and the profiles that set them.

They know a type token and the names of properties, and nothing else of the library. ``serve`` in ``pack`` makes a
policy pack of them; docs/policies.md says what each demands.
"""
