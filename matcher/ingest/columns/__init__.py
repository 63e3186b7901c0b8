"""What each column of a table holds, by its name and by what stands in it."""
