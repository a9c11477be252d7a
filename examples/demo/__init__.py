"""One service account in each simulated system, taken through its life by the real ``pulumi``."""
