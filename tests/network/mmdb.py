"""Writes small country databases in MaxMind's file format, so that tests read real files."""

from datetime import datetime
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_MAP, _TEXT, _UINT16, _UINT32, _UINT64, _ARRAY = 7, 2, 5, 6, 9, 11
_EXTENDED = 8
_IPV4_BITS_BEFORE = 96

Node = list[Any]


def write(path: Path, made_at: datetime, records: dict[str, dict[str, Any]]) -> Path:
    """Write a file with a record for each network."""
    root: Node = [None, None]
    nodes = [root]
    data = b""
    for network, record in records.items():
        node, bits = root, _bits(network)
        for bit in bits[:-1]:
            if node[bit] is None:
                node[bit] = [None, None]
                nodes.append(node[bit])
            node = node[bit]
        node[bits[-1]] = len(data)
        data += _encoded(record)
    numbers = {id(node): number for number, node in enumerate(nodes)}
    tree = b""
    for side in (side for node in nodes for side in node):
        if isinstance(side, list):
            tree += numbers[id(side)].to_bytes(3)
        else:
            tree += (len(nodes) if side is None else len(nodes) + 16 + side).to_bytes(3)
    path.write_bytes(tree + bytes(16) + data + _MARKER + _metadata(len(nodes), made_at))
    return path


def _bits(network: str) -> list[int]:
    parsed = ip_network(network)
    length = parsed.max_prefixlen
    bits = [int(bit) for bit in f"{int(parsed.network_address):0{length}b}"][: parsed.prefixlen]
    return [0] * _IPV4_BITS_BEFORE + bits if isinstance(parsed, IPv4Network) else bits


def _metadata(node_count: int, made_at: datetime) -> bytes:
    fields = {
        "node_count": _number(_UINT32, node_count),
        "record_size": _number(_UINT16, 24),
        "ip_version": _number(_UINT16, 6),
        "database_type": _encoded("Test-Country"),
        "languages": _start(_ARRAY, 0),
        "binary_format_major_version": _number(_UINT16, 2),
        "binary_format_minor_version": _number(_UINT16, 0),
        "build_epoch": _number(_UINT64, int(made_at.timestamp())),
        "description": _encoded({}),
    }
    return _start(_MAP, len(fields)) + b"".join(_encoded(name) + value for name, value in fields.items())


def _encoded(value: Any) -> bytes:
    if isinstance(value, str):
        return _start(_TEXT, len(value.encode())) + value.encode()
    return _start(_MAP, len(value)) + b"".join(_encoded(name) + _encoded(value[name]) for name in value)


def _number(kind: int, value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return _start(kind, size) + value.to_bytes(size)


def _start(kind: int, size: int) -> bytes:
    if kind < _EXTENDED:
        return bytes([kind << 5 | size])
    return bytes([size, kind - 7])
