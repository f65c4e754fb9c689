"""What is shown of broadcasts that another process runs: told by who runs them, looked at by the others."""
