"""What one version of the index is made of: its contents, its checksums, and how it is searched."""
