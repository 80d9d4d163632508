"""Servers that stand in for a language model: one that writes by rule, one that records, one that replays."""
