"""What the figures were measured on and with."""
import os
import platform
import re
import shutil
import time

import bench


def line_of(path, pattern):
    with open(path, encoding="utf-8") as file:
        found = re.search(pattern, file.read(), re.M)
    return found[1].strip() if found else None


def said(pattern, *command):
    """What a program that may be missing says of its version."""
    if not shutil.which(command[0]):
        return None
    found = re.search(pattern, bench.output_of(*command).decode())
    return found and found[1]


def describe(program):
    """Names and values, as text; what is not there is null."""
    libraries = {name: bench.output_of("pkg-config", "--modversion", package).decode().strip()
                 for name, package in (("librdkafka", "rdkafka"), ("yyjson", "yyjson"), ("hiredis", "hiredis"))}
    system = line_of("/etc/os-release", r'^PRETTY_NAME="([^"]*)')
    return {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine_processor": line_of("/proc/cpuinfo", r"^model name\s*: (.*)") or platform.machine(),
        "machine_cores": str(os.cpu_count()),
        "machine_memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "machine_system": f"{system}, Linux {platform.release()}",
        "version_deskpulse": said(r"(\S+)\s*$", program, "--version"),
        "version_compiler": said(r"(.*)", "cc", "--version"),
        **{f"version_{name}": version for name, version in libraries.items()},
        "version_redis": said(r"(\d\S+)", "redis-cli", "--version"),
        "version_java": said(r"(\d\S+)", "java", "--version"),
        "version_kafka": line_of(f"{bench.ROOT}/deploy/kafka/pom.xml", r"<kafka\.version>([^<]+)"),
        "version_flink": line_of(f"{bench.HERE}/peers/flink/pom.xml", r"<flink\.version>([^<]+)"),
    }
