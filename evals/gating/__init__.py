"""May a change be merged? A run is held against the baseline, measure by measure and slice by slice."""
