"""professions"""
