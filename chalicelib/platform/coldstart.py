"""The garbage collector waits until a cold function has loaded what it needs.

Importing this module stops it; `over`, called after the first client was made, keeps what is
loaded out of later collections and starts it again. Parsing botocore's service model makes so
many objects that collecting among them costs a cold start a tenth of the whole (measured).
"""

import gc

gc.disable()


def over() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
