"""Searching texts: in every script, however a word is written."""
