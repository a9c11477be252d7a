"""A simulator of the password APIs of Okta, Okta MyAccount, OneLogin and ETNA Trader on one loopback port.

It is written from the vendors' manuals and shares no code with the library beside it: where both read a page
differently, a test fails. It is volatile, keeps passwords as salted hashes only, and listens on 127.0.0.1 only.
Start it with ``pwmgmt simulate``, or use the pytest fixture ``pwmgmt_simulator``.
"""
