"""Floor 0: a recruitment pack becomes passages that can be searched and cited."""
