"""Words people read: texts in Chinese and English, sentences for codes, numbers and times."""
