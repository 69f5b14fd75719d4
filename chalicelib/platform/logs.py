"""Logs hold ids and outcomes only: an exception is logged by its types and places.

An exception's own text may quote what somebody wrote, so it never reaches a log.
"""

import logging
import traceback

from chalicelib.platform.settings import MissingSetting, UnsafeSetting

# These name a setting, which nobody but a deployer writes.
SPEAKING = (MissingSetting, UnsafeSetting)


def quiet(logger: logging.Logger) -> None:
    """Strip the texts of exceptions from what the logger and its children say."""
    logger.addFilter(without_texts)


def without_texts(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        places = [
            f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        said = f" {error}" if isinstance(error, SPEAKING) else ""
        what = f"{type(error).__name__}{said}"
        record.msg = f"{record.getMessage()}: {what} at {' '.join(places[-8:])}"
        record.args, record.exc_info, record.exc_text = (), None, None
    return True


def worker() -> logging.Logger:
    """The worker's own logger; Chalice silences everything below the application's."""
    logger = logging.getLogger("worker")
    logger.setLevel(logging.INFO)
    return logger
