"""What each file of an experiment's folder holds, a module a file: typed values to its content and back."""
