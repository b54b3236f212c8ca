"""What the benchmarks share: workers that take turns, the texts, the server, the peers and the table."""
