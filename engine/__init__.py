"""Where Python packages and the Pulumi engine come from on a machine that has neither.

Scaffolding of this repository, not part of the library. `engine/setup` is the way in. Until the Python environment
stands, everything here runs on the standard library alone.
"""

PULUMI_VERSION = "3.259.0"
"""The oldest Pulumi that the end-to-end suite passes on, and the one that is fetched or built where there is none."""
