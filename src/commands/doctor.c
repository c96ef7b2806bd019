// SPDX-License-Identifier: MIT
/* tpconnect doctor: can this host build and run it; if not, what to do. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "commands/doctor_build.h"
#include "commands/run.h"
#include "confine/landlock.h"
#include "format/color.h"
#include "probe/checks.h"
#include "probe/pins_away.h"
#include "util/cleanup.h"
#include "util/status.h"
#include "util/utf8.h"

/* What a program or the environment said must not reach the terminal as an escape sequence. */
static void print_escaped(const char *text)
{
	char escaped[4 * sizeof(((struct check_result *)NULL)->found)];
	struct buffer out = {.data = escaped, .cap = sizeof(escaped)};

	put_escaped(&out, text, strlen(text), false);
	printf("%.*s\n", (int)out.len, escaped);
}

static void print_row(const struct check_result *row, int width, bool color)
{
	static const struct {
		const char *word, *color;
	} status[] = {
		[CHECK_PASS] = {"PASS", SGR_GREEN},
		[CHECK_WARN] = {"WARN", SGR_YELLOW},
		[CHECK_FAIL] = {"FAIL", SGR_BOLD_RED},
	};

	printf("%s%s%s    %-*s  ", color ? status[row->status].color : "", status[row->status].word,
	       color ? SGR_PLAIN : "", width, row->name);
	print_escaped(row->found);
	if (row->advice[0])
		printf("          %s\n", row->advice);
}

static void print_rows(const struct check_result *rows, size_t n, bool color)
{
	int width = 0;

	for (size_t i = 0; i < n; i++)
		if ((int)strlen(rows[i].name) > width)
			width = (int)strlen(rows[i].name);
	printf("STATUS  %-*s  FOUND\n", width, "CHECK");
	for (size_t i = 0; i < n; i++)
		print_row(&rows[i], width, color);
}

/*
 * Returns whether none of the rows is as bad as this; listing: of those alone that listing needs.
 */
static bool print_verdict(const char *what, const struct check_result *rows, size_t n,
			  enum check_status bad, bool listing)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].status < bad || (listing && !rows[i].listing))
			continue;
		printf("%s cannot work here: %s: ", what, rows[i].name);
		print_escaped(rows[i].found);
		return false;
	}
	printf("%s can work here\n", what);
	return true;
}

/* The libbpf that this very program is linked with. */
static void look_at_libbpf(struct check_result *row)
{
	*row = (struct check_result){.name = "linked libbpf"};
	snprintf(row->found, sizeof(row->found), "%s", libbpf_version_string());
}

/* Tracing does without it, but then the process may open all files that its user may. */
static void look_at_landlock(struct check_result *row)
{
	int version = landlock_version();

	*row = (struct check_result){.name = "Landlock"};
	if (version > 0) {
		snprintf(row->found, sizeof(row->found), "version %d", version);
		return;
	}
	row->status = CHECK_WARN;
	snprintf(row->found, sizeof(row->found), "%s",
		 version == -EOPNOTSUPP ? "not enabled at boot" : "not in this kernel");
	snprintf(row->advice, sizeof(row->advice),
		 version == -EOPNOTSUPP
			 ? "add landlock to lsm= of the kernel's command line, or trace and "
			   "record may open what their user may"
			 : "nothing to do, but once all is attached, trace and record may open "
			   "what their user may");
}

/* Of a recorder that ended, or was killed, and that no other has followed. */
static void look_at_pins(struct check_result *row)
{
	char left[PATH_MAX], more[sizeof(" and 4294967295 more")] = "";
	unsigned int n = pins_find_left("/sys/fs/bpf", left);

	*row = (struct check_result){.name = "left pins"};
	if (!n) {
		snprintf(row->found, sizeof(row->found), "none in /sys/fs/bpf");
		return;
	}
	row->status = CHECK_WARN;
	if (n > 1)
		snprintf(more, sizeof(more), " and %u more", n - 1);
	snprintf(row->found, sizeof(row->found), "%.40s%s: programs run, and nobody reads", left,
		 more);
	snprintf(row->advice, sizeof(row->advice),
		 "start record --pin with that directory, or take them away: "
		 "tpconnect detach --pin %.100s",
		 left);
}

int doctor_main(const struct options *options, bool color)
{
	struct check_result rows[CHECKS_MAX + DOCTOR_BUILD_MAX + 3];
	size_t host, n, build = 0;
	bool can_trace;

	n = checks_run(rows, options->request.btf_path);
	look_at_landlock(&rows[n++]);
	look_at_pins(&rows[n++]);
	host = n;
	/* Who has the program only, as a package, does not mean to build it. */
	if (doctor_in_checkout())
		n += build = doctor_look_at_build(rows + host);
	look_at_libbpf(&rows[n++]);
	print_rows(rows, n, color);
	printf("\n");
	if (build)
		print_verdict("building", rows + host, build, CHECK_WARN, false);
	print_verdict("listing what is open", rows, host, CHECK_WARN, true);
	can_trace = print_verdict("tracing", rows, host, CHECK_FAIL, false);
	return can_trace ? STATUS_DONE : STATUS_UNABLE;
}
