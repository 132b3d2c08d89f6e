"""What `actsearch doctor` asks this machine."""
