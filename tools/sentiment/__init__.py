"""How the sentiment that goes with the program was made and is judged."""
