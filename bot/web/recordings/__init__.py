"""Recordings at links of our own: the page, and the files that it plays."""
