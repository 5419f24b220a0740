"""Commands of the people who work at a desk, and of those who take over what it sends on."""
