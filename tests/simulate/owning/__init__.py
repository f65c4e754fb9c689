"""Nights in virtual time, in which several processes share broadcasts by leases."""
