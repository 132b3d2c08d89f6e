"""The kinds of network, a file each: its keys in the experiment file, what they come to, and how it is built."""
