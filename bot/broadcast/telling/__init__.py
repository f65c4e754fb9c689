"""Who is told what became of a broadcast, until they were."""
