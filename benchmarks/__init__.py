"""Benchmarks: what one stack costs with a provider that does nothing, with a naive one, and with ours.

``make bench`` or ``python -m benchmarks``. See ``plan.py`` for what is measured and ``bounds.py`` for what must hold.
"""
