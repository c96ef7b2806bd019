// SPDX-License-Identifier: MIT
#include <string.h>

#include "fuzz/lines.h"

/* Where a text line is being read. */
struct reader {
	const struct line *line;
	const char *at, *end; /* before the newline */
};

static void expect(struct reader *in, const char *what)
{
	size_t n = strlen(what);

	check_line(in->line, (size_t)(in->end - in->at) >= n && !memcmp(in->at, what, n), what);
	in->at += n;
}

/* As a pattern: '0' is any digit, the rest itself. */
static void expect_like(struct reader *in, const char *pattern)
{
	for (; *pattern; pattern++, in->at++) {
		check_line(in->line, in->at < in->end, pattern);
		check_line(in->line,
			   *pattern == '0' ? *in->at >= '0' && *in->at <= '9' : *in->at == *pattern,
			   pattern);
	}
}

static void expect_number(struct reader *in, uint64_t expected)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%ju", (uintmax_t)expected);
	expect(in, digits);
}

static void expect_endpoint(struct reader *in, int family, const __u8 addr[16],
			    unsigned int scope_id, unsigned int port)
{
	char text[64];
	size_t n;

	if (family == 6)
		expect(in, "[");
	n = strspn(in->at, family == 6 ? "0123456789abcdef:." : "0123456789.");
	check_line(in->line, n < sizeof(text), "the address is long");
	memcpy(text, in->at, n);
	text[n] = '\0';
	check_address(text, addr);
	in->at += n;
	/* fe80::/10 */
	if (family == 6 && scope_id && addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80) {
		expect(in, "%");
		expect_number(in, scope_id);
	}
	expect(in, family == 6 ? "]:" : ":");
	expect_number(in, port);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A character of a quoted value, its escape undone. */
static char read_escaped(struct reader *in)
{
	char c = *in->at++;
	int high, low;

	if (c != '\\')
		return c;
	c = *in->at++;
	if (c == '\\' || c == '"')
		return c;
	if (c == 'n')
		return '\n';
	check_line(in->line, c == 'x', "an unknown escape");
	high = hex_digit(*in->at++);
	low = hex_digit(*in->at++);
	check_line(in->line, high >= 0 && low >= 0, "an escape of no two digits");
	return (char)(high << 4 | low);
}

/* A bare word ends at the next space; a quoted one has no quote inside that is not escaped. */
static void expect_name(struct reader *in, const char *expected)
{
	size_t len = strlen(expected), n = 0;

	if (*in->at != '"') {
		check_line(in->line, len, "an empty name is bare");
		check_line(in->line, !strpbrk(expected, " \"="), "a name that splits is bare");
		expect(in, expected);
		return;
	}
	for (in->at++; *in->at != '"'; n++) {
		check_line(in->line, in->at < in->end, "the quote does not end");
		check_line(in->line, n < len && read_escaped(in) == expected[n], "another name");
	}
	check_line(in->line, n == len, "another name");
	in->at++;
}

/* What is left is ` key=value` and again; no key comes twice, and no value holds a quote. */
static void expect_pairs(struct reader *in)
{
	const char *seen[32];
	size_t n_seen = 0;

	while (in->at < in->end) {
		const char *key, *equals;

		expect(in, " ");
		key = in->at;
		in->at += strcspn(in->at, " \n");
		equals = memchr(key, '=', (size_t)(in->at - key));
		check_line(in->line, equals && equals > key && equals + 1 < in->at, "no pair");
		check_line(in->line, !memchr(key, '"', (size_t)(in->at - key)), "a quote");
		for (size_t i = 0; i < n_seen; i++)
			check_line(in->line, strncmp(seen[i], key, (size_t)(equals + 1 - key)),
				   "a key twice");
		check(n_seen < 32, "more keys than there are");
		seen[n_seen++] = key;
	}
}

void check_text(const struct line *line, const struct attempt *a)
{
	struct reader in = {line, line->text, line->text + line->buffer.len - 1};

	check_one_line(line);
	expect_like(&in, "0000-00-00T00:00:00.000000000Z");
	expect(&in, " pid=");
	expect_number(&in, a->pid);
	expect(&in, " proto=6 dst=");
	expect_endpoint(&in, a->family, a->daddr, a->scope_id, a->dport);
	if (a->sport) {
		expect(&in, " src=");
		expect_endpoint(&in, a->family, a->saddr, a->scope_id, a->sport);
	}
	if (a->pid) {
		expect(&in, " comm=");
		expect_name(&in, a->comm);
		expect(&in, " uid=");
		expect_number(&in, a->uid);
	}
	expect(&in, " event=");
	in.at -= strlen(" event=");
	expect_pairs(&in);
}
