"""The web application with a clock: each request's time goes into the file that TIMES names.

A line a request: method, path with its question, milliseconds in the application, of these
milliseconds of CPU, status.
"""

import os
import time
from collections.abc import Iterable
from typing import Any

from config.wsgi import application as product

_TIMES = os.open(os.environ["TIMES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Serve one request and note how long it took; the body is made before it is sent."""
    begun, used = time.perf_counter(), time.thread_time()
    status = ["-"]

    def started(line: str, *more: Any) -> Any:
        status[0] = line[:3]
        return start_response(line, *more)

    answer = product(environ, started)
    took, cpu = time.perf_counter() - begun, time.thread_time() - used
    asked = f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}".replace("\t", " ")
    line = f"{environ['REQUEST_METHOD']}\t{asked}\t{1e3 * took:.3f}\t{1e3 * cpu:.3f}\t{status[0]}\n"
    os.write(_TIMES, line.encode())
    return answer  # type: ignore[no-any-return]
