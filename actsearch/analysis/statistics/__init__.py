"""The statistics: intervals, tests, the noise of seeds and of examples, and how many seeds are needed."""
