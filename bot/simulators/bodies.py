"""Reads request bodies: JSON, form and multipart. Checks encoding, not meaning."""

import json
from dataclasses import dataclass
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request


class UnreadableBodyError(Exception):
    """The body isn't what its content type says."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body."""

    name: str
    media_type: str
    content: bytes


async def pairs(request: Request) -> list[tuple[str, str]]:
    """The fields of an urlencoded form, repeated and blank ones too."""
    return _form(await request.body())


def query_pairs(request: Request) -> list[tuple[str, str]]:
    return _form(request.scope["query_string"])


async def parameters(request: Request) -> dict[str, Any]:
    """Query and body parameters together, undecoded; a name given twice is refused."""
    found: list[tuple[str, Any]] = [*query_pairs(request)]
    body = await request.body()
    if body:
        found += _body(request.headers.get("content-type", ""), body)
    if len(dict(found)) < len(found):
        raise UnreadableBodyError("a parameter is given twice")
    return dict(found)


def _body(content_type: str, body: bytes) -> list[tuple[str, Any]]:
    headers = Headers()
    headers["content-type"] = content_type
    match headers.get_content_type():
        case "application/x-www-form-urlencoded":
            return _form(body)
        case "application/json":
            return _json(body)
        case "multipart/form-data":
            return _multipart(body, str(headers.get_param("boundary") or ""))
    raise UnreadableBodyError("unsupported content type")


def _form(body: bytes) -> list[tuple[str, Any]]:
    try:
        return list(
            parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=False, errors="strict")
        )
    except ValueError as error:
        raise UnreadableBodyError("strings must be encoded in UTF-8") from error


def _json(body: bytes) -> list[tuple[str, Any]]:
    try:
        decoded = json.loads(body)
    except ValueError as error:
        raise UnreadableBodyError("can't parse JSON object") from error
    if not isinstance(decoded, dict):
        raise UnreadableBodyError("can't parse JSON object")
    return list(decoded.items())


def _multipart(body: bytes, boundary: str) -> list[tuple[str, Any]]:
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if not boundary or len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise UnreadableBodyError("can't parse multipart body")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> tuple[str, Any]:
    head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = Headers()
    for line in head.decode(errors="replace").splitlines():
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    field = headers.get_param("name", header="content-disposition")
    if not isinstance(field, str):
        raise UnreadableBodyError("a part has no name")
    if (filename := headers.get_filename()) is not None:
        return field, Upload(filename, headers.get_content_type(), content)
    try:
        return field, content.decode()
    except ValueError as error:
        raise UnreadableBodyError("strings must be encoded in UTF-8") from error
