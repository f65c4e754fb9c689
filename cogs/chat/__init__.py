"""What is heard in the chat, and the word that comes back."""
