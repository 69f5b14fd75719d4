"""Random digits and names, from the operating system's generator only."""

import secrets


class SystemIds:
    def digits(self, n: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(n))

    def name(self) -> str:
        return secrets.token_hex(8)
