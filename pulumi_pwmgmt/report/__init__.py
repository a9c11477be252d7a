"""A preview's event stream as a report for reviewers: Markdown, SARIF and JUnit XML, with gates.

It knows the engine's events and the names of a credential's plain properties, and nothing else of the library.
"""
