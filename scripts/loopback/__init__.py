"""The topology of compose.yaml on this machine alone: nginx, two replicas, PostgreSQL and Redis, tried for real."""
