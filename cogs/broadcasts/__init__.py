"""Starting and ending, and the places where broadcasts are."""
