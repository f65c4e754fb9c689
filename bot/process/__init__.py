"""What a process has: its settings, its log, its time, its signals and its deadline."""
