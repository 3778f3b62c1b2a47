"""Documents as PDF with the embedded font; reportlab is loaded with the first of them."""
