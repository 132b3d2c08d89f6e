"""What `actsearch plan` does: what is known of an experiment before it is trained."""
