// SPDX-License-Identifier: MIT
#include "serve/openmetrics.h"

#include <stdbool.h>
#include <string.h>

#define TOTAL	 "_total"
#define EXEMPLAR "# EXEMPLAR "

/* Bytes of the text, which is not NUL-terminated. */
struct piece {
	const char *at;
	size_t n;
};

static bool begins(struct piece piece, const char *with)
{
	return piece.n >= strlen(with) && !memcmp(piece.at, with, strlen(with));
}

static void put(struct buffer *out, struct piece piece)
{
	buffer_put(out, piece.at, piece.n);
}

/* The next line, without its newline. */
static struct piece cut_line(struct piece *rest)
{
	const char *end = memchr(rest->at, '\n', rest->n);
	struct piece line = {rest->at, end ? (size_t)(end - rest->at) : rest->n};
	size_t taken = line.n + (end != NULL);

	rest->at += taken;
	rest->n -= taken;
	return line;
}

/* "# HELP NAME ..." or "# TYPE NAME ...": the keyword, then the name, which may end with _total. */
static void put_description(struct buffer *out, struct piece line)
{
	const char *name = line.at + strlen("# HELP ");
	const char *end = memchr(name, ' ', line.n - strlen("# HELP "));
	size_t len = end ? (size_t)(end - name) : line.n - strlen("# HELP ");
	struct piece rest = {name + len, line.n - strlen("# HELP ") - len};

	buffer_put(out, line.at, strlen("# HELP "));
	if (len > strlen(TOTAL) && !memcmp(name + len - strlen(TOTAL), TOTAL, strlen(TOTAL)))
		len -= strlen(TOTAL);
	buffer_put(out, name, len);
	put(out, rest);
	buffer_putc(out, '\n');
}

static void put_sample(struct buffer *out, struct piece line, struct piece exemplar)
{
	put(out, line);
	if (exemplar.n) {
		buffer_literal(out, " # ");
		put(out, exemplar);
	}
	buffer_putc(out, '\n');
}

void openmetrics_put(struct buffer *out, const char *text, size_t n)
{
	struct piece rest = {text, n}, exemplar = {0};

	while (rest.n) {
		struct piece line = cut_line(&rest);

		if (begins(line, EXEMPLAR)) {
			exemplar = (struct piece){line.at + strlen(EXEMPLAR),
						  line.n - strlen(EXEMPLAR)};
			continue;
		}
		if (begins(line, "# HELP ") || begins(line, "# TYPE "))
			put_description(out, line);
		else if (line.n && line.at[0] != '#')
			put_sample(out, line, exemplar);
		exemplar.n = 0;
	}
	buffer_literal(out, "# EOF\n");
}
