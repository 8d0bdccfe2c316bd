"""What changes windows and answers: deciding, asking, answering, stopping, reading."""
