"""Speed, as ratios taken in one run on one machine: what we add to the parts that we are made of."""
