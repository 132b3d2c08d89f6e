"""What `actsearch run` does: an experiment trained round by round, or told of without training."""
