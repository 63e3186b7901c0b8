"""Settings that several writers change."""
