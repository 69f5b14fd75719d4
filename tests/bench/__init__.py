"""The benchmark: the figures the design promises, measured by `make bench`.

Every process of a run is started by `__main__`, one at a time, with the same interpreter and
environment. The network is answered instantly inside botocore (`wire`), for all contenders alike,
so what is compared is CPU. The computer may be shared: only ratios of turns taken in alternation
are figures.
"""
