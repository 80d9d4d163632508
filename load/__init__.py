"""What many candidates at once, many open streams and a long life cost: bounded runs against a real server."""
