"""`python -m bot recordings`: the archive, looked after by hand."""
