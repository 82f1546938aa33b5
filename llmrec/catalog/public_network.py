"""The network that a catalogue's addresses may reach: public hosts alone, each within its time.

A name is looked up once, and the address that was judged is the one that is connected to, behind a redirect too: looked
up again, the name could lead into an inner network (DNS rebinding).
"""

import ipaddress
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpcore
    import httpx

NAT64 = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 addresses as IPv6 ones, which must be judged as what they stand for."""
_DEADLINE = threading.local()


class Failed(Exception):
    """An address that gives no media; `final` where another run would meet the same."""

    def __init__(self, reason: str, *, final: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


def start_clock(seconds: float) -> None:
    """Give the calling thread so many seconds for what it asks from now on."""
    _DEADLINE.at = time.monotonic() + seconds


def read_url(address: str, base: "httpx.URL | None" = None) -> "httpx.URL":
    """An address, or a redirect's from the address `base`; raises `Failed` for what is none of http or https."""
    import httpx

    try:
        url = httpx.URL(f"https:{address}" if address.startswith("//") and base is None else address)
        url = base.join(url) if base is not None else url
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise Failed("an address that is none") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Failed(f"an address of {url.scheme or 'no'}: where http or https is fetched alone")
    return url


def target_of(url: "httpx.URL") -> "httpcore.URL":
    """The address in the form in which `public_pool` is asked."""
    import httpcore

    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def header_of(response: "httpcore.Response", name: bytes) -> str:
    """A header of an answer by its lower-case name; empty where it has none."""
    return next((value.decode("latin-1").strip() for key, value in response.headers if key.lower() == name), "")


def timeouts() -> dict[str, Any]:
    """What is left of the time of the calling thread, as httpcore takes it."""
    left = max(0.001, _DEADLINE.at - time.monotonic())
    return {"timeout": {"connect": min(10.0, left), "read": left, "write": left, "pool": left}}


def public_address(host: str, port: int, private: bool = False) -> str:
    """Look up a host, and refuse it where it is no host of the public network.

    Parameters
    ----------
    host, port
        Where a connection is to go.
    private
        Whether any address will do.

    Returns
    -------
    str
        The address to connect to. The name is not looked up again: the answer might be another one then.

    Raises
    ------
    Failed
        Where the name is not known, or one of its addresses belongs to this machine or an inner network.
    """
    try:
        found = list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
    except (OSError, UnicodeError) as error:
        raise Failed("a host that is not known", final=False) from error
    if not private and not all(map(_is_public, found)):
        raise Failed("an address within this machine or an inner network")
    return found[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def public_pool(connections: int, private: bool) -> "httpcore.ConnectionPool":
    """Connections that go to public hosts alone, and whose reading ends at the deadline of the thread that reads.

    Parameters
    ----------
    connections
        At a time.
    private
        Whether any host will do.

    Returns
    -------
    httpcore.ConnectionPool
        A thread that asks it calls `start_clock` before.
    """
    import httpcore
    import httpx

    class Bounded(httpcore.NetworkStream):
        def __init__(self, inner: httpcore.NetworkStream) -> None:
            self._inner = inner

        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            if (left := _DEADLINE.at - time.monotonic()) <= 0:
                raise httpcore.ReadTimeout
            return self._inner.read(max_bytes, min(left, timeout or left))

        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            self._inner.write(buffer, timeout)

        def close(self) -> None:
            self._inner.close()

        def start_tls(self, *args: Any, **named: Any) -> httpcore.NetworkStream:
            return Bounded(self._inner.start_tls(*args, **named))

        def get_extra_info(self, info: str) -> Any:
            return self._inner.get_extra_info(info)

    class Public(httpcore.NetworkBackend):
        def connect_tcp(self, host: str, port: int, *args: Any, **named: Any) -> httpcore.NetworkStream:
            return Bounded(
                httpcore.SyncBackend().connect_tcp(public_address(host, port, private), port, *args, **named)
            )

    context = httpx.create_ssl_context()
    return httpcore.ConnectionPool(context, max_connections=connections, network_backend=Public())
