"""Several processes that are one bot: what each of them has, and how it comes and goes."""
