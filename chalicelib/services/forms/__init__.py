"""Forms: what one may cost, how it is compiled, what is wrong with answers."""
