"""What the doctor looks at: each file has one group of questions."""
