"""PostgreSQL in the place of SQLite's file. Loaded only where DATABASE_URL names a server."""
