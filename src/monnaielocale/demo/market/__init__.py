"""The second part of the demonstration: a market day in Grenoble, from three tills to the euros in the town's accounts."""
