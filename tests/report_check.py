#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Second readers of tpconnect's reports. Usage: report_check.py HOW FILE; HOW:
html   the page itself: that its policy lets in just its own style and script, and that names are text
dom    the same page as a browser has it once its script has run (chromium --dump-dom)
md     a summary, by markdown_it (Debian's python3-markdown-it); exit status 77: it is missing
Exit status 1, and why, if it is not as it should be."""
import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

HOSTILE = ["<img src=x>", "</script><b>"]
ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "b", "dl", "div", "dt", "dd", "section",
           "ul", "ol", "li", "span", "a", "small", "svg", "path", "label", "input", "table", "caption", "thead", "tbody", "tfoot",
           "tr", "th", "td", "script"}


def demand(condition, why):
    if not condition:
        sys.exit(why)


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.raw, self.text, self.open = [], [], {"style": "", "script": ""}, [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        demand(self.open and self.open.pop() == tag, f"</{tag}> closes another")

    def handle_data(self, data):
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]] += data
        else:
            self.text.append(data)


def read(path):
    page = Page()
    with open(path, encoding="utf-8") as file:
        page.feed(file.read())
    demand(not page.open, f"not closed: {page.open}")
    return page


def check_names(page):
    text = "".join(page.text)
    demand(set(page.tags) <= ALLOWED, f"tags of others: {set(page.tags) - ALLOWED}")
    for name in HOSTILE:
        demand(name in text, f"{name} is not there as text")
    demand("\x1b" not in text and "\u202e" not in text, "what steers others is there")
    demand("x\\x0a\\x1b[31m\\xe2\\x80\\xae|*`" in text, "a control character is not shown")
    for tag, name, value in page.attributes:
        demand(not name.startswith("on") and name != "style", f"<{tag} {name}={value}>")
        demand(name not in ("src", "href") or re.match(r"#r[0-9]+$", value), f"<{tag} {name}={value}>")


def check_policy(page):
    policy = dict((name, value) for tag, name, value in page.attributes if tag == "meta" and "default-src" in (value or ""))
    parts = [part.split() for part in policy["content"].split(";")]
    demand(parts[0] == ["default-src", "'none'"], f"the policy: {parts}")
    for directive, raw in (("style-src", "style"), ("script-src", "script")):
        digest = base64.b64encode(hashlib.sha256(page.raw[raw].encode()).digest()).decode()
        demand([directive, f"'sha256-{digest}'"] in parts, f"{directive} is not that of the page: {parts}")


def check_headers(page):
    scopes = [value for tag, name, value in page.attributes if tag == "th" and name == "scope"]
    demand(page.tags.count("th") == len(scopes) and set(scopes) == {"row", "col"}, "a th without a scope")
    titles = page.tags.count("title") - 1
    curves = sum(value.startswith("curve") and len(value.split()) == 4 for _, name, value in page.attributes if name == "class")
    demand(titles == curves > 0, f"{curves} curves have {titles} titles")


def check_html(path):
    page = read(path)
    check_names(page)
    check_policy(page)
    check_headers(page)


def check_dom(path):
    page = read(path)
    check_names(page)
    hidden = [name for tag, name, value in page.attributes if name == "hidden"]
    demand(not hidden, "the script has not run: the filter is hidden")


def check_md(path):
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        print("python3-markdown-it is missing")
        sys.exit(77)
    with open(path, encoding="utf-8") as file:
        source = file.read()
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    tags = set(re.findall(r"<([a-z0-9]+)", html))
    demand(tags <= {"h3", "ul", "li", "strong", "code", "p", "table", "thead", "tbody", "tr", "th", "td", "br", "sub"},
           f"tags of others: {tags}")
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.S)
    demand(len(rows) > 1 and all(len(re.findall(r"<t[dh]\b", row)) == 8 for row in rows), f"not 8 cells in each row: {html}")
    text = re.sub(r"<[^>]*>", "", html)
    for name in ["&lt;img src=x&gt;", "&lt;/script&gt;&lt;b&gt;", "runner|`7`", "_[c](http://d)@e"]:
        demand(name in text, f"{name} is not there as text: {text}")


{"html": check_html, "dom": check_dom, "md": check_md}[sys.argv[1]](sys.argv[2])
