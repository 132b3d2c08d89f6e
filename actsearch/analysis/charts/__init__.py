"""What figures and the page show: the tables behind each of them, their axes, pens and captions."""
