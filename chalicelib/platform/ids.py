"""Random digits and names, from the operating system's generator only."""

import secrets


class SystemIds:
    def digits(self, n: int) -> str:
        return str(secrets.randbelow(10**n)).zfill(n)

    def name(self) -> str:
        return secrets.token_hex(8)
