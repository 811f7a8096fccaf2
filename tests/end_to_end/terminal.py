"""A terminal for the program under test: a pseudo terminal, and what its screen shows, by as much
of VT100 and xterm as curses speaks."""
import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import tempfile
import termios
import time
import unicodedata

from cases import equal
from program import DESKPULSE, ENVIRONMENT, assert_sound

CSI = re.compile(r"\x1b\[([?>]?)([0-9;]*)([@-~])")
ESCAPE = re.compile(r"\x1b(?:[()][A-Z0-9]|[=>78DEHMc])")
STRING = re.compile(r"\x1b[\]P].*?(?:\x07|\x1b\\)", re.S)
KEYS = {"up": "\x1bOA", "down": "\x1bOB", "right": "\x1bOC", "left": "\x1bOD", "enter": "\r",
        "backspace": "\x7f", "escape": "\x1b", "pgdn": "\x1b[6~", "pgup": "\x1b[5~"}

# A shell with jobs, for a program that stops twice: a line lets it go on.
SHELL = 'set -m; "$0" "$@" 2>"$LOG"; echo stopped; read -r; fg; echo stopped; read -r; fg'


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """Cells of a terminal; a wide character has the cell after it too, which is ""."""

    def __init__(self, rows, columns):
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.left = ""  # the beginning of a sequence
        self.attributes, self.styles_seen, self.modes = frozenset(), set(), set()
        self.given_back = 0  # times that the screen of before came again
        self.rows = self.columns = 0
        self.cells = []
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.cells = [[(" ", frozenset())] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.top, self.bottom, self.saved = 0, rows - 1, (0, 0)

    def feed(self, data):
        text = self.left + self.decoder.decode(data)
        self.left = ""
        at = 0
        while at < len(text):
            if text[at] != "\x1b":
                self.character(text[at])
                at += 1
                continue
            found = next((match for pattern in (CSI, ESCAPE, STRING)
                          if (match := pattern.match(text, at))), None)
            if not found:
                assert len(text) - at < 64, f"no sequence that is known: {text[at:at + 20]!r}"
                self.left = text[at:]
                return
            at = found.end()
            if found.re is CSI:
                self.control(*found.groups())
            elif found.re is ESCAPE:
                self.escape(found[0][1:])

    def character(self, c):
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self.line_feed()
        elif c == "\b":
            self.column = max(0, self.column - 1)
        elif c == "\t":
            self.column = min(self.columns - 1, self.column // 8 * 8 + 8)
        elif c >= " " and c != "\x7f":
            self.put(c)

    def put(self, c):
        size = width(c)
        if size == 0:
            return
        if self.column + size > self.columns:  # the wrap that was put off
            self.column = 0
            self.line_feed()
        self.cells[self.row][self.column] = (c, self.attributes)
        if size == 2:
            self.cells[self.row][self.column + 1] = ("", self.attributes)
        self.column += size

    def line_feed(self):
        if self.row == self.bottom:
            self.scroll(1)
        else:
            self.row = min(self.rows - 1, self.row + 1)

    def blank(self, count):
        return [(" ", frozenset())] * count

    def scroll(self, lines, top=None):
        """Up, or down where `lines` is below 0."""
        top = self.top if top is None else top
        part = self.cells[top:self.bottom + 1]
        for _ in range(abs(lines)):
            if lines > 0:
                part = part[1:] + [self.blank(self.columns)]
            else:
                part = [self.blank(self.columns)] + part[:-1]
        self.cells[top:self.bottom + 1] = part

    def escape(self, what):
        if what == "M":
            if self.row == self.top:
                self.scroll(-1)
            else:
                self.row -= 1
        elif what == "D":
            self.line_feed()
        elif what == "7":
            self.saved = (self.row, self.column)
        elif what == "8":
            self.row, self.column = self.saved

    def control(self, private, numbers, what):
        given = [int(number or 0) for number in numbers.split(";")]
        first = max(1, given[0])
        line = self.cells[self.row]
        at = min(self.column, self.columns - 1)
        if private:
            change = {"h": self.modes.add, "l": self.modes.discard}.get(what)
            for number in given:
                if change:
                    change(number)
                if change and number == 1049:
                    self.resize(self.rows, self.columns)
                    self.given_back += what == "l"
        elif what in "Hf":
            second = max(1, given[1]) if len(given) > 1 else 1
            self.row = min(self.rows, first) - 1
            self.column = min(self.columns, second) - 1
        elif what == "A":
            self.row = max(0, self.row - first)
        elif what == "B":
            self.row = min(self.rows - 1, self.row + first)
        elif what == "C":
            self.column = min(self.columns - 1, at + first)
        elif what == "D":
            self.column = max(0, at - first)
        elif what == "d":
            self.row = min(self.rows, first) - 1
        elif what in "G`":
            self.column = min(self.columns, first) - 1
        elif what == "J":
            self.erase_screen(given[0])
        elif what == "K":
            start, end = ((at, self.columns), (0, at + 1), (0, self.columns))[given[0]]
            line[start:end] = self.blank(end - start)
        elif what == "X":
            end = min(self.columns, at + first)
            line[at:end] = self.blank(end - at)
        elif what == "P":
            line[at:] = (line[at + first:] + self.blank(first))[:self.columns - at]
        elif what == "@":
            line[at:] = (self.blank(first) + line[at:])[:self.columns - at]
        elif what == "L":
            self.scroll(-first, self.row)
        elif what == "M":
            self.scroll(first, self.row)
        elif what == "S":
            self.scroll(first)
        elif what == "T":
            self.scroll(-first)
        elif what == "r":
            self.top = first - 1
            self.bottom = (given[1] if len(given) > 1 and given[1] else self.rows) - 1
            self.row = self.column = 0
        elif what == "b":
            for _ in range(first):
                self.put(line[self.column - 1][0])
        elif what == "m":
            self.set_attributes(given)
        else:
            assert what in "hlct", f"no sequence that is known: CSI {numbers}{what}"

    def erase_screen(self, how):
        at = self.row * self.columns + self.column
        for row in range(self.rows):
            for column in range(self.columns):
                place = row * self.columns + column
                if how == 2 or (how == 0 and place >= at) or (how == 1 and place <= at):
                    self.cells[row][column] = (" ", frozenset())

    def set_attributes(self, given):
        for number in given:
            if number == 0:
                self.attributes = frozenset()
            elif number in (22, 24, 27, 39, 49):
                ends = {22: (1, 2), 24: (4,), 27: (7,), 39: range(30, 38), 49: range(40, 48)}
                self.attributes -= set(ends[number])
            else:
                self.attributes |= {number}
                self.styles_seen.add(number)

    def lines(self):
        return ["".join(c for c, _ in row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines())

    def line_with(self, text):
        return next((number for number, line in enumerate(self.lines()) if text in line), -1)

    def cut(self, row, start, end=None):
        """What the cells from one column to another have."""
        return "".join(c for c, _ in self.cells[row][start:end])

    def column_of(self, row, text):
        """The column in which a text begins."""
        line, found = "".join(c or "\0" for c, _ in self.cells[row]), None
        for column in range(self.columns):
            if line[column:].replace("\0", "").startswith(text) and line[column] != "\0":
                found = column
                break
        assert found is not None, f"'{text}' is not in {line!r}"
        return found

    def styles(self, row):
        """The attributes of what is no blank in a row."""
        return {style for c, style in self.cells[row] if c.strip()}


class Terminal:
    """`deskpulse top` on a pseudo terminal, ended at the end of the `with` at the latest; with
    `shell` as a job of a shell."""

    def __init__(self, *arguments, rows=24, columns=80, term="xterm-256color", env=None,
                 shell=False):
        self.screen = Screen(rows, columns)
        descriptor, self.log_path = tempfile.mkstemp(prefix="deskpulse-top-")
        os.close(descriptor)
        self.master, slave = pty.openpty()
        self.set_size(rows, columns)
        self.before = termios.tcgetattr(slave)
        environment = ENVIRONMENT | {"NO_COLOR": "", "TERM": term, "LOG": self.log_path}
        environment |= env or {}
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            log = os.open(self.log_path, os.O_WRONLY)
            for number, fd in enumerate((slave, slave, slave if shell else log)):
                os.dup2(fd, number)
            os.closerange(3, 1024)
            command = [DESKPULSE, "top", *arguments]
            if shell:
                command = ["/bin/bash", "-c", SHELL, *command]
            os.execve(command[0], command, environment)
        self.slave = slave
        self.status = None

    def set_size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            said = log.read()
        os.unlink(self.log_path)
        if error:
            print("the screen:\n" + self.screen.text() + "\n" + said[-3000:])
        else:
            assert_sound(said)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def take(self, seconds=0.0):
        """Takes what the program has written; waits for so long if there is nothing. True: there
        was something."""
        taken = False
        while select.select([self.master], [], [], seconds)[0]:
            self.screen.feed(os.read(self.master, 65536))
            seconds, taken = 0, True
        return taken

    def until(self, holds, seconds=10, what="what was waited for"):
        """Until the screen has a text, or something holds of it."""
        text = holds if isinstance(holds, str) else None
        condition = (lambda: text in self.screen.text()) if text else holds
        started, held = time.monotonic(), None
        while True:
            if not condition():
                held = None
            elif held is None:
                held = time.monotonic()
            if time.monotonic() - started > seconds and held is None:
                raise AssertionError(f"not within {seconds} s: {text or what}")
            # The rest of the page may be under way: nothing more comes for a while.
            if not self.take(0.1) and held is not None and condition():
                return held - started

    def keys(self, *keys):
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())

    def resize(self, rows, columns):
        self.take()
        self.screen.resize(rows, columns)
        self.set_size(rows, columns)

    def send(self, number):
        os.kill(self.pid, number)

    def ended(self, code=0, seconds=10):
        """Waits for the end; the terminal is as it was before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.take(0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                break
        self.take()
        equal(self.status, code, f"exit code (it says: {self.log()[-1000:]})")
        equal(termios.tcgetattr(self.slave), self.before, "settings of the terminal")
        assert 1049 not in self.screen.modes, "still on the other screen"

    def cpu_seconds(self):
        """Processor time that it has used so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
