"""Are explanations true, grounded, specific and fair? Measured on our own responses, or on a file of anyone's."""
