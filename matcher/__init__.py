"""Find the listings of a catalog that sell the same product, by title, by photo and by both."""
