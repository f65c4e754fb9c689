"""Server-sent events: each change of what is shown, to all pages that are open on its link."""
