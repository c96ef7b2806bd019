// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "commands/doctor.h"
#include "commands/doctor_build.h"
#include "probe/features.h"
#include "util/cleanup.h"
#include "util/status.h"
#include "util/utf8.h"

/* What a program or the environment said must not reach the terminal as an escape sequence. */
static void print_escaped(const char *text)
{
	char escaped[4 * sizeof(((struct feature *)NULL)->found)];
	struct buffer out = {.data = escaped, .cap = sizeof(escaped)};

	put_escaped(&out, text, strlen(text), false);
	printf("%.*s\n", (int)out.len, escaped);
}

static void print_row(const struct feature *row, int width, bool color)
{
	static const struct {
		const char *word, *color;
	} status[] = {
		[FEATURE_PASS] = {"PASS", "\033[32m"},
		[FEATURE_WARN] = {"WARN", "\033[33m"},
		[FEATURE_FAIL] = {"FAIL", "\033[1;31m"},
	};

	printf("%s%s%s    %-*s  ", color ? status[row->status].color : "", status[row->status].word,
	       color ? "\033[0m" : "", width, row->name);
	print_escaped(row->found);
	if (row->advice[0])
		printf("          %s\n", row->advice);
}

static void print_rows(const struct feature *rows, size_t n, bool color)
{
	int width = 0;

	for (size_t i = 0; i < n; i++)
		if ((int)strlen(rows[i].name) > width)
			width = (int)strlen(rows[i].name);
	printf("STATUS  %-*s  FOUND\n", width, "CHECK");
	for (size_t i = 0; i < n; i++)
		print_row(&rows[i], width, color);
}

/* Returns whether none of the rows is as bad as this. */
static bool print_verdict(const char *what, const struct feature *rows, size_t n,
			  enum feature_status bad)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].status < bad)
			continue;
		printf("%s cannot work here: %s: ", what, rows[i].name);
		print_escaped(rows[i].found);
		return false;
	}
	printf("%s can work here\n", what);
	return true;
}

/* The libbpf that this very program is linked with. */
static void look_at_libbpf(struct feature *row)
{
	*row = (struct feature){.name = "linked libbpf"};
	snprintf(row->found, sizeof(row->found), "%s", libbpf_version_string());
}

int doctor_main(bool color, const char *btf_path)
{
	struct feature rows[FEATURES_MAX + DOCTOR_BUILD_MAX + 1];
	size_t host, n, build = 0;
	bool can_trace;

	n = host = features_probe(rows, btf_path);
	/* Who has the program only, as a package, does not mean to build it. */
	if (doctor_in_checkout())
		n += build = doctor_look_at_build(rows + host);
	look_at_libbpf(&rows[n++]);
	print_rows(rows, n, color);
	printf("\n");
	if (build)
		print_verdict("building", rows + host, build, FEATURE_WARN);
	can_trace = print_verdict("tracing", rows, host, FEATURE_FAIL);
	return can_trace ? STATUS_DONE : STATUS_UNABLE;
}
