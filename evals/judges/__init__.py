"""Models that judge answers: advisory, never in the gate. The extra `judges` brings inspect-ai, which asks them."""
