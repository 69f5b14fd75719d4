"""The files port in memory: what is put stays as it is."""


class MemoryFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, key: str, data: bytes) -> bool:
        if key in self.kept:
            return False
        self.kept[key] = data
        return True

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)
