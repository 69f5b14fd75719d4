"""In Lambda, the garbage collector waits until a cold function has loaded what it needs.

Importing this module there stops it; `over`, called after the first client was made, keeps what is
loaded out of later collections and starts it again. Parsing botocore's service model makes so
many objects that collecting among them costs a cold start a tenth of the whole (measured).
Elsewhere it goes on: a process that never asks the store would keep all its garbage.
"""

import gc

from chalicelib.platform.settings import environment

if "AWS_LAMBDA_FUNCTION_NAME" in environment():
    gc.disable()


def over() -> None:
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
