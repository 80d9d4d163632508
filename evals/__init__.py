"""Questions with known answers, and how many of them the assistant gets right."""
