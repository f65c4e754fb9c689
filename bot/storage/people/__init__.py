"""What the database keeps of people: forgotten, told, and deleted with a server."""
