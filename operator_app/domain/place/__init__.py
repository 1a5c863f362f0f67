"""Where something is: positions in every spelling, links, plus codes, places of calls, landmarks."""
