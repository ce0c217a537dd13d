"""Hosts on loopback that answer as they are told to, in plain or over TLS, and fetches from them."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from douane.errors import Failure, Refusal
from douane.fetch.download import Fetched, download
from douane.fetch.guard import Guard
from douane.model.networks import AllowedNetwork
from douane.settings import Settings

FILE = b"Journal;Date\nVE;2026-01-31\n"
LOOPBACK = (AllowedNetwork(ip_network("127.0.0.0/8"), True),)
Script = bytes | Callable[[socket.socket], None]


class Host:
    """A server that gives every connection the next of its scripts, the last one again and again.

    A script is what is sent once the request has been read, or a function that does as it likes.
    """

    def __init__(
        self, *scripts: Script, context: ssl.SSLContext | None = None, at: str = "127.0.0.1"
    ) -> None:
        self.requests: list[str] = []
        self._scripts = scripts
        self._context = context
        self._listener = socket.create_server((at, 0))
        self.port = self._listener.getsockname()[1]
        self._serving = threading.Thread(target=self._serve)
        self._serving.start()

    def url(self, path: str = "/export.csv?sig=secret", name: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{name}:{self.port}{path}"

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._serving.join()

    def _serve(self) -> None:
        number = 0
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with sock, suppress(OSError):
                self._answer(sock, self._scripts[min(number, len(self._scripts) - 1)])
            number += 1

    def _answer(self, sock: socket.socket, script: Script) -> None:
        sock.settimeout(5)
        if self._context is not None:
            with self._context.wrap_socket(sock, server_side=True) as encrypted:
                self._say(encrypted, script)
                encrypted.unwrap()
        else:
            self._say(sock, script)

    def _say(self, sock: socket.socket, script: Script) -> None:
        request = b""
        while (
            not request.startswith(b"\x16") and b"\r\n\r\n" not in request and (received := sock.recv(65536))
        ):
            request += received
        self.requests.append(request.decode("latin-1"))
        if callable(script):
            script(sock)
        else:
            sock.sendall(script)


MakeHost = Callable[..., Host]
Fetch = Callable[..., Fetched]


@pytest.fixture
def reply() -> Callable[..., bytes]:
    """Makes the bytes of an answer: `reply(body, status, Header_Name="value")`."""
    return _reply


def _reply(body: bytes = FILE, status: str = "200 OK", **headers: str) -> bytes:
    """An answer that tells its length, unless the header is given otherwise or as `none`."""
    told = {"Content_Length": str(len(body))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value != "none"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode("utf-8") + body


@pytest.fixture
def make_host() -> Iterator[MakeHost]:
    hosts: list[Host] = []

    def make(*scripts: Script, **more: Any) -> Host:
        hosts.append(Host(*scripts, **more))
        return hosts[-1]

    yield make
    for each in hosts:
        each.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def fetch(folder: Path, tmp_path: Path) -> Fetch:
    """Fetches from hosts on loopback: `fetch(url, guard=..., known=..., fetch_seconds_max=...)`."""

    def run(url: str, **more: Any) -> Fetched:
        given = {name: more.pop(name) for name in list(more) if name in Settings.__dataclass_fields__}
        guard = more.pop("guard", None) or Guard(LOOPBACK)
        return download(url, guard, folder, Settings(data=tmp_path, **given), **more)

    return run


@contextmanager
def fails(kind: type[Failure] | type[Refusal], folder: Path) -> Iterator[pytest.ExceptionInfo[Any]]:
    """Expects this end of a fetch, which leaves no file and tells no secret of the address."""
    before = set(folder.glob("*"))
    with pytest.raises(kind) as caught:
        yield caught
    assert "secret" not in caught.value.message
    assert "secret" not in str(caught.value)
    assert set(folder.glob("*")) == before


@pytest.fixture
def refused(fetch: Fetch, folder: Path) -> Callable[..., Refusal]:
    """Fetches what is refused; gives the refusal."""

    def run(url: str, **more: Any) -> Refusal:
        with fails(Refusal, folder) as caught:
            fetch(url, **more)
        refusal = caught.value
        assert isinstance(refusal, Refusal)
        return refusal

    return run


@pytest.fixture
def failed(fetch: Fetch, folder: Path) -> Callable[..., Failure]:
    """Fetches what cannot be had now; gives the failure."""

    def run(url: str, **more: Any) -> Failure:
        with fails(Failure, folder) as caught:
            fetch(url, **more)
        failure = caught.value
        assert isinstance(failure, Failure)
        assert failure.transient
        return failure

    return run


@dataclass(frozen=True)
class Authority:
    """A certification authority of our own: its certificate in a file, and what it certifies."""

    ca_file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def context(self, name: str, *, days: int = 1) -> ssl.SSLContext:
        """What a server for `name` needs, valid until in so many days."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key, self.certificate.subject, self.key, days=days)
        path = self.ca_file.with_name(f"{name}{days}.pem")
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("An authority of the tests")
    certificate = _certificate("", key, subject, key, days=2)
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(path, certificate, key)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    host: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    days: int,
) -> x509.Certificate:
    """A certificate for `host`, or of an authority when that is empty."""
    now = datetime.datetime.now(datetime.UTC)
    public = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(host) if host else issuer)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=10))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not host, path_length=None), critical=True)
        .add_extension(public, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if host:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
