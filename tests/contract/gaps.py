"""What each emulator does otherwise than AWS documents: the whole list, by test.

Each name is a test of this folder that fails on that emulator, and fails the suite on the day it
passes there. Besides, none of them shows throttling, transactions in conflict, indexes that lag,
deletion by TTL or denied permissions: only AWS can.
"""

from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from chalicelib.platform.ports import Busy


@dataclass(frozen=True)
class Gap:
    instead: str
    shows_as: tuple[type[BaseException], ...] = (AssertionError, pytest.fail.Exception)


GAPS: dict[str, dict[str, Gap]] = {
    "memory": {},
    "moto": {
        "test_no_operation_at_all_is_refused": Gap("takes an empty transaction"),
        "test_a_transaction_above_four_megabytes_is_refused": Gap("has no limit"),
        "test_a_row_just_below_400_kb_is_written": Gap("refuses from 405,000 bytes on", (Busy,)),
        "test_a_full_page_has_a_cursor_even_if_nothing_follows": Gap("gives none"),
        "test_a_client_token_applies_its_transaction_once": Gap("applies it again"),
        "test_a_client_token_with_another_transaction_is_refused": Gap("applies the other"),
        "test_a_value_no_index_or_number_can_hold_is_refused": Gap("stores it"),
        "test_a_machine_of_the_same_name_and_another_text_is_refused": Gap("gives the old one"),
        "test_a_broken_machine_is_refused": Gap("takes it"),
        "test_a_used_token_is_gone_while_the_execution_goes_on": Gap("takes it again"),
        "test_a_stop_ends_an_execution_that_waits": Gap("goes on waiting for the token"),
        "test_a_stop_right_after_the_start_is_taken": Gap("breaks down", (AttributeError,)),
        "test_a_signal_while_another_execution_starts_is_judged_by_its_token": Gap(
            "breaks down", (AttributeError,)
        ),
        "test_a_wait_that_times_out_and_is_caught_by_itself_waits_again": Gap("goes to its Next"),
    },
    "ministack": {
        "test_setting_and_removing_one_attribute_at_once_is_refused": Gap("does one of them"),
        "test_a_broken_machine_is_refused": Gap("takes it"),
        "test_starting_the_same_name_with_the_same_input_again_is_the_same_execution": Gap(
            "says ExecutionAlreadyExists", (ClientError,)
        ),
        "test_the_token_of_a_stopped_execution_is_gone": Gap("takes it"),
        "test_a_machine_of_the_chinese_partition_sends_its_envelope": Gap("hangs silently"),
    },
}
