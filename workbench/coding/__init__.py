"""AHP coding review: are allied health professionals recorded in ESR so that they count and can be counted?"""
