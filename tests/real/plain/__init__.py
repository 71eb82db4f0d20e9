"""What an edition says, reckoned anew from the raw files by pandas alone: none of our measures has a hand in it."""
