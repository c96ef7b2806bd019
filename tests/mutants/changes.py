# SPDX-License-Identifier: MIT
"""What can be changed in a C file: operators, constants and statements of its functions."""
import re
from collections import namedtuple

Change = namedtuple("Change", "path line start end new")
Token = namedtuple("Token", "kind text start end")

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:\\\n|[^\n])*)
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<number>\d[\w.]*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<operator><<=|>>=|->|\+\+|--|[-+*/%&|^=!<>]=|&&|\|\||<<|>>|.)""",
    re.X | re.M | re.S)

# Each operator becomes one of these.
OPERATORS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="],
    "&&": ["||"], "||": ["&&"], "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["/"], "&": ["|"],
    "|": ["&"], "^": ["|"], "<<": [">>"], ">>": ["<<"], "+=": ["-="], "-=": ["+="], "|=": ["&="],
    "&=": ["|="], "++": ["--"], "--": ["++"], "!": [""],
}
WORDS = {"true": "false", "false": "true"}
# What begins a statement that is no declaration, although a word follows.
JUMPS = {"return", "goto", "break", "continue"}
DECLARERS = {"const", "static", "struct", "union", "enum", "unsigned", "signed", "char", "int", "long",
             "short", "bool", "void", "volatile", "register", "_Static_assert"}
PAIRS = {"(": ")", "[": "]", "{": "}"}


def tokens_of(source):
    return [Token(match.lastgroup, match.group(), match.start(), match.end())
            for match in TOKEN.finditer(source) if match.lastgroup != "skip"]


def closing(tokens, at):
    """Where the bracket that opens at `at` is closed."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].text in PAIRS) - (tokens[i].text in PAIRS.values())
        if not depth:
            return i
    raise ValueError("a bracket is not closed")


def bodies(tokens):
    """The functions' bodies, as (first, last) token: what is between braces after a parenthesis."""
    at = 0
    while at < len(tokens):
        if tokens[at].text in PAIRS:
            end = closing(tokens, at)
            if tokens[at].text == "{" and tokens[at - 1].text == ")":
                yield at, end
            at = end
        at += 1


def end_of_statement(tokens, at):
    while tokens[at].text != ";":
        at = closing(tokens, at) + 1 if tokens[at].text in PAIRS else at + 1
    return at


def is_declaration(tokens, at):
    first, second, third = tokens[at:at + 3]
    if first.kind != "word" or first.text in JUMPS:
        return False
    pointer = second.text == "*" and second.start > first.end and third.start == second.end
    return (first.text in DECLARERS or first.text.startswith("_cleanup") or second.kind == "word" or pointer)


class Body:
    """One function. Its changes are gathered as (start, end, new)."""

    def __init__(self, source, tokens, first, last):
        self.source, self.tokens, self.first, self.last = source, tokens, first, last
        self.changes = []
        self.declared = set()  # tokens that only declare

    def note(self, first, last, new):
        self.changes.append((self.tokens[first].start, self.tokens[last].end, new))

    def statement(self, at):
        """What can be done to the statement that begins at `at`; returns where the next one begins."""
        text = self.tokens[at].text
        if text in ("{", "}", ";", "else", "do"):
            return at + 1
        if text in ("case", "default") or self.tokens[at + 1].text == ":":
            while self.tokens[at].text != ":":
                at += 1
            return at + 1
        if text in ("if", "while", "for", "switch"):
            end = closing(self.tokens, at + 1)
            if text in ("if", "while"):
                condition = self.source[self.tokens[at + 1].start:self.tokens[end].end]
                self.note(at + 1, end, f"(!{condition})")
            return end + 1
        if self.tokens[at + 1].text == "(":
            end = closing(self.tokens, at + 1)
            if self.tokens[end + 1].text == "{" or self.tokens[end + 1].kind == "word":
                return end + 1  # a loop of a macro's
        end = end_of_statement(self.tokens, at)
        if is_declaration(self.tokens, at):
            self.declare(at, end)
        elif text != "return" or self.tokens[end + 1].text != "}" or end + 1 != self.last:
            self.note(at, end, ";")
        return end + 1

    def declare(self, at, end):
        """Of a declaration, what a variable begins with is a constant like others."""
        value = at
        while value < end and self.tokens[value].text != "=" and self.tokens[at].text != "static":
            value += 1
        self.declared.update(range(at, end if self.tokens[at].text == "static" else value))

    def operator(self, at):
        """A pointer's star, and a sign, have no space on both sides."""
        token = self.tokens[at]
        around = self.source[token.start - 1] + self.source[token.end]
        if token.text in "+-*&/<>" and not around.isspace():
            return
        for new in OPERATORS.get(token.text, ()):
            self.note(at, at, new)

    def constant(self, at):
        token = self.tokens[at]
        if token.kind == "number":
            self.note(at, at, {"0": "1", "1": "0"}.get(token.text, f"({token.text} + 1)"))
        elif token.text in WORDS:
            self.note(at, at, WORDS[token.text])

    def all_changes(self):
        at = self.first + 1
        while at < self.last:
            at = self.statement(at)
        for at in range(self.first + 1, self.last):
            if at not in self.declared:
                if self.tokens[at].kind == "operator":
                    self.operator(at)
                else:
                    self.constant(at)
        return self.changes


def changes_of(path, source):
    """All changes of a file, in the order of its text."""
    tokens = tokens_of(source)
    changes = [change for first, last in bodies(tokens)
               for change in Body(source, tokens, first, last).all_changes()]
    return [Change(path, source.count("\n", 0, start) + 1, start, end, new)
            for start, end, new in sorted(changes)]
