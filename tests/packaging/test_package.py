#!/usr/bin/env -S python3 -B
"""The Debian package of this build: what is in it, how it installs, and what an update keeps."""
import functools
import glob
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

from tree import need, read, said, version
from cases import Skip, case, equal, run_cases
from program import DESKPULSE, deskpulse

BUILD = os.path.dirname(os.path.dirname(DESKPULSE))
CONF = "etc/deskpulse/deskpulse.conf"
WORK = tempfile.mkdtemp(prefix="deskpulse.")


@functools.cache
def package():
    """Its path; built once for all cases."""
    need("cpack", "dpkg-deb", "dpkg-shlibdeps")
    out = os.path.join(WORK, "package")
    said("cpack", "--config", os.path.join(BUILD, "CPackConfig.cmake"), "-B", out)
    return glob.glob(os.path.join(out, "*.deb"))[0]


def fields():
    return dict(re.findall(r"^ ?([\w-]+): (.*)", said("dpkg-deb", "--field", package()), re.M))


class System:
    """A folder that dpkg takes for the root of a system."""

    def __init__(self):
        if os.geteuid():
            raise Skip("installing takes root")
        need("dpkg", "systemd-sysusers")
        self.root = tempfile.mkdtemp(dir=WORK)
        os.makedirs(self.path("var/lib/dpkg/info"))
        for name in ("status", "available"):
            open(self.path("var/lib/dpkg", name), "w", encoding="ascii").close()

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def dpkg(self, *arguments):
        """No program of that system can be run, so its scripts are told where it is instead; nor
        is anything there that the package depends on."""
        return said("dpkg", f"--root={self.root}", "--force-script-chrootless", "--force-depends",
                    "--force-confold", f"--log={WORK}/dpkg.log", *arguments,
                    stdin=subprocess.DEVNULL)


def changed(number):
    """The package as another version, with another configuration to begin with."""
    tree = tempfile.mkdtemp(dir=WORK)
    said("dpkg-deb", "-R", package(), tree)
    control = os.path.join(tree, "DEBIAN/control")
    with open(control, encoding="utf-8") as file:
        text = re.sub(r"(?m)^Version: .*", f"Version: {number}", file.read())
    with open(control, "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(tree, CONF), "a", encoding="utf-8") as file:
        file.write("; of a newer version\n")
    path = os.path.join(WORK, f"{number}.deb")
    said("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", tree, path)
    return path


@case(60)
def it_says_what_it_is():
    about = fields()
    equal(about["Package"], "deskpulse", "name")
    equal(about["Version"], version(), "version")
    equal(deskpulse("--version")[0], f"deskpulse {version()}\n", "the program's")
    for library in ("libc6", "librdkafka1", "libhiredis", "libcurl", "libyyjson0"):
        assert library in about["Depends"], about["Depends"]
    assert "systemd-sysusers" in about["Depends"], about["Depends"]
    equal(said("dpkg-deb", "--info", package(), "conffiles").split(), ["/" + CONF], "conffiles")


@case(60)
def everything_is_in_its_place():
    listed = {}
    for line in said("dpkg-deb", "--contents", package()).splitlines():
        mode, owner, _, _, _, path = line.split(maxsplit=5)
        listed[path.removeprefix(".")] = mode
        equal(owner, "root/root", path)
    commands = re.findall(r"^  (\w+)  ", deskpulse("--help")[0], re.M)
    expected = {"/usr/bin/deskpulse", "/" + CONF, "/usr/lib/sysusers.d/deskpulse.conf",
                "/usr/lib/systemd/system/deskpulse.service",
                "/usr/lib/systemd/system/deskpulse-board.service",
                "/usr/share/bash-completion/completions/deskpulse",
                "/usr/share/zsh/vendor-completions/_deskpulse",
                "/usr/share/man/man1/deskpulse.1.gz", "/usr/share/man/man5/deskpulse.conf.5.gz",
                "/usr/share/doc/deskpulse/copyright", "/usr/share/doc/deskpulse/changelog.gz",
                "/usr/share/doc/deskpulse/CHANGELOG.md", "/usr/share/doc/deskpulse/docs/kpis.md",
                "/usr/share/doc/deskpulse/examples/rules.conf",
                "/usr/share/doc/deskpulse/examples/grafana/pipeline.json",
                "/usr/share/doc/deskpulse/examples/prometheus/rules.yml"}
    expected |= {f"/usr/share/man/man1/deskpulse-{command}.1.gz" for command in commands}
    equal(expected - set(listed), set(), "missing")
    for path, mode in listed.items():
        assert path.startswith(("/usr/", "/etc/")) or path in ("/", "/usr", "/etc"), path
        assert not path.startswith("/usr/local"), path
        equal(mode[5] + mode[8], "--", f"who may write {path}")


@case(60)
def installed_it_runs_and_nothing_is_started():
    system = System()
    system.dpkg("-i", package())
    equal(said(system.path("usr/bin/deskpulse"), "--version"), f"deskpulse {version()}\n", "it")
    said(system.path("usr/bin/deskpulse"), "check", "-c", system.path(CONF))
    with open(system.path("etc/passwd"), encoding="ascii") as file:
        user = re.search(r"^deskpulse:[^:]*:(\d+):(\d+):[^:]*:/:/usr/sbin/nologin$", file.read(),
                         re.M)
    conf = os.stat(system.path(CONF))
    equal((conf.st_uid, conf.st_gid, stat.S_IMODE(conf.st_mode)), (0, int(user[2]), 0o640),
          "the configuration is root's and the program's alone")
    assert not os.path.exists(system.path("etc/systemd/system")), "nothing is enabled"


@case(60)
def an_update_keeps_the_configuration():
    system = System()
    system.dpkg("-i", package())
    with open(system.path(CONF), "a", encoding="utf-8") as file:
        file.write("; my own\n")
    os.chmod(system.path(CONF), 0o600)
    system.dpkg("-i", changed("99.0.0"))
    with open(system.path(CONF), encoding="utf-8") as file:
        assert file.read().endswith("; my own\n")
    equal(stat.S_IMODE(os.stat(system.path(CONF)).st_mode), 0o600, "mode")
    with open(system.path(CONF + ".dpkg-dist"), encoding="utf-8") as file:
        assert file.read().endswith("; of a newer version\n")
    system.dpkg("--remove", "deskpulse")
    assert os.path.exists(system.path(CONF)) and not os.path.exists(system.path("usr/bin/deskpulse"))
    system.dpkg("--purge", "deskpulse")
    assert not os.path.exists(system.path(CONF)), "purged, but there"


@case(60)
def lintian_finds_no_error():
    need("lintian")
    said("lintian", "--allow-root", "--fail-on", "error", package())


@case(10)
def one_place_says_the_version():
    for path in (("deploy", "package", "CMakeLists.txt"), ("deploy", "Dockerfile")):
        assert version() not in read(*path), path


if __name__ == "__main__":
    try:
        code = run_cases()
    finally:
        shutil.rmtree(WORK)
    sys.exit(code)
