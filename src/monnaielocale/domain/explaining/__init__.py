"""What a bank line may be explained as, in parts, and which accounts each part moves."""
