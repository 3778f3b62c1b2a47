"""Documents on paper, as pictures and as workbooks: values in, bytes out, no screen."""
