"""The only exceptions from the rules. Each names the rule, the files (a glob) and the reason."""

import typing


class Exemption(typing.NamedTuple):
    rule: str
    path: str
    reason: str


EXCEPTIONS = [
    Exemption("output", "src/base/result.cpp", "a broken invariant ends the process: base knows no log, and a log may be what broke"),
    Exemption("output", "src/simulators/common/program.cpp", "the main of every simulator: says on its output that it is ready, or why it is not"),
    Exemption("output", "src/simulators/common/journal.cpp", "a journal that cannot write ends the process at once, before a log would be written"),
    Exemption("heavy-header", "src/net/described_json.hpp", "templates over described structs; its includers are http.cpp and client.cpp files"),
    Exemption("heavy-header", "src/storage/rocksdb/engine.hpp", "private to the engine's own sources and tests; rocksdb.hpp is what others include"),
    Exemption("file-name", "src/storage/tests/golden/*", "files as RocksDB names them: a golden folder is opened as it is"),
]
