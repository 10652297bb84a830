"""What it means: calendar, panel and one statistic per file. Pure: the time and the rng are arguments."""
