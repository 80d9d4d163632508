"""What the secretariat does with questions and answers, and who of it may do what. No web, no campaign page."""
