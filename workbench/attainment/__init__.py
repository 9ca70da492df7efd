"""attainment"""
