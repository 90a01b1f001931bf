"""What the product costs, beside the same work done barely. Not part of the installed package."""
