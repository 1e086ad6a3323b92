"""The only reader of intents/ and content/: folders become values, or every problem at once."""
