// SPDX-License-Identifier: MIT
#include "commands/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "format/brief.h"
#include "format/fields.h"
#include "replay/account.h"
#include "store/reader.h"
#include "store/tag.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/status.h"

/*
 * A recorder drops the oldest, and says so within a second: who reads in between waits for that,
 * and for the line to be written.
 */
#define TELL_US 1500000

struct checking {
	const char *dir;
	struct store_reader *reader;
	struct account *account;
	struct replay_texts *texts;
	uint64_t bad; /* lines that are none of ours */
};

/* A value of brief.h or fields.h as a string. */
struct value {
	char chars[40];
};

static struct value value_of(void (*put)(struct buffer *out, uint64_t value), uint64_t value)
{
	struct value text = {{0}};
	struct buffer out = {.data = text.chars, .cap = sizeof(text.chars) - 1};

	put(&out, value);
	return text;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* Returns 0, also for a line that is none of ours, or -ENOMEM. */
static int take_line(struct checking *checking, const char *text, size_t size)
{
	const char *boot = store_reader_boot(checking->reader);
	struct replay_line notice;
	struct tag tag;
	int err = tag_read(text, size, &tag);

	/* Of events, all that counts is in their tag: some ten times quicker. */
	if (!err && !tag.events)
		err = replay_parse(text, size, checking->texts, &notice);
	if (err == -ENOMEM)
		return err;
	checking->bad += err != 0;
	if (err)
		return 0;
	return account_line(checking->account, boot, tag.seq, tag.time_ns,
			    tag.events ? NULL : &notice);
}

/* All that there is, for now. Returns 0 or -errno. */
static int read_lines(struct checking *checking)
{
	const char *text, *where;
	size_t size;
	int more;

	while ((more = store_reader_next(checking->reader, &text, &size)) > 0) {
		more = take_line(checking, text, size);
		if (more)
			return more;
		while ((where = store_reader_damage(checking->reader)))
			log_warning("%s", where);
	}
	return more;
}

static void print_times(const char *before, const struct flaw *flaw)
{
	if (flaw->from_ns)
		printf("%s%s", before, value_of(field_time, flaw->from_ns).chars);
	else
		printf("%sthe beginning", before);
	printf(" to %s", flaw->to_ns ? value_of(field_time, flaw->to_ns).chars : "the end");
}

static void print_flaw(const struct checking *checking, const struct flaw *flaw)
{
	uint64_t n = flaw->last_seq - flaw->first_seq + 1;
	const char *boot = account_boot(checking->account, flaw->boot);

	switch (flaw->kind) {
	case FLAW_HOLE:
		printf("hole: boot %s, line%s %" PRIu64 " to %" PRIu64 " (%" PRIu64 "), ", boot,
		       plural(n), flaw->first_seq, flaw->last_seq, n);
		print_times("of the time from ", flaw);
		break;
	case FLAW_SILENCE:
		printf("silence: boot %s, behind line %" PRIu64 ", ", boot, flaw->first_seq);
		print_times("from ", flaw);
		printf(" (%s)", value_of(brief_age, flaw->to_ns - flaw->from_ns).chars);
		break;
	case FLAW_CUT:
		printf("cut off: boot %s, behind line %" PRIu64 ", at %s: no tpconnect.stop, and "
		       "nobody records",
		       boot, flaw->first_seq, value_of(field_time, flaw->from_ns).chars);
		break;
	}
	printf("\n");
}

static void print_sums(const struct account_sums *sums)
{
	printf("kept: %" PRIu64 " line%s of %" PRIu64 " boot%s, from %s to %s\n", sums->lines,
	       plural(sums->lines), sums->boots, plural(sums->boots),
	       value_of(field_time, sums->first_ns).chars,
	       value_of(field_time, sums->last_ns).chars);
	if (sums->left)
		printf("explained: %" PRIu64 " line%s left the store, as it says itself\n",
		       sums->left, plural(sums->left));
	if (sums->restarts)
		printf("explained: %" PRIu64 " time%s without a tpconnect.stop, where the next "
		       "start says that it was started anew\n",
		       sums->restarts, plural(sums->restarts));
	if (sums->lost)
		printf("counted: %" PRIu64 " event%s lost as they were recorded, by tpconnect.loss "
		       "and tpconnect.stop\n",
		       sums->lost, plural(sums->lost));
}

/* What there is of each kind. */
struct found {
	uint64_t holes, missing, silences, cut;
};

/* No later line of its boot tells of what is missing at the end, but what is damaged there. */
static struct found count(const struct flaw *flaws, size_t n, const struct store_read *read)
{
	struct found found = {
		.holes = read->missing_at_ends != 0,
		.missing = read->missing_at_ends,
	};

	for (size_t i = 0; i < n; i++) {
		found.holes += flaws[i].kind == FLAW_HOLE;
		found.silences += flaws[i].kind == FLAW_SILENCE;
		found.cut += flaws[i].kind == FLAW_CUT;
		if (flaws[i].kind == FLAW_HOLE)
			found.missing += flaws[i].last_seq - flaws[i].first_seq + 1;
	}
	return found;
}

static int print_verdict(const struct checking *checking, const struct flaw *flaws, size_t n)
{
	struct account_sums sums = account_sums(checking->account);
	struct store_read read = store_read(checking->reader);
	struct found found = count(flaws, n, &read);
	bool has_flaws = n || read.missing_at_ends;

	if (read.missing_at_ends)
		printf("hole: %" PRIu64 " line%s at the end of a boot, in what is damaged\n",
		       read.missing_at_ends, plural(read.missing_at_ends));
	if (sums.lines)
		print_sums(&sums);
	if (read.newer)
		printf("not whole: %" PRIu64 " file%s of a newer tpconnect cannot be read\n",
		       read.newer, plural(read.newer));
	else if (!sums.lines)
		printf("not whole: nothing is kept\n");
	else if (checking->bad || sums.disordered)
		printf("not whole: %" PRIu64 " line%s none of tpconnect's, %" PRIu64 " out of "
		       "order\n",
		       checking->bad, checking->bad == 1 ? " is" : "s are", sums.disordered);
	else if (has_flaws)
		printf("not whole: %" PRIu64 " hole%s with %" PRIu64 " line%s, %" PRIu64
		       " silence%s, %s\n",
		       found.holes, plural(found.holes), found.missing, plural(found.missing),
		       found.silences, plural(found.silences),
		       found.cut ? "cut off at the end" : "not cut off");
	else
		printf("whole\n");
	return !has_flaws && !read.newer && sums.lines && !checking->bad && !sums.disordered
		       ? STATUS_DONE
		       : STATUS_FAILED;
}

/* Returns 0 or -ENOMEM. */
static int judge(struct checking *checking, bool is_written, const struct flaw **ret, size_t *ret_n)
{
	return account_flaws(checking->account, is_written ? clock_now_ns(CLOCK_REALTIME) : 0, ret,
			     ret_n);
}

static int check(struct checking *checking)
{
	/* Asked before: who ends meanwhile has written its last line. */
	bool is_written = store_reader_is_written(checking->reader);
	const struct flaw *flaws = NULL;
	size_t n = 0;
	int err = read_lines(checking);

	if (!err)
		err = judge(checking, is_written, &flaws, &n);
	if (!err && n && is_written) {
		usleep(TELL_US);
		is_written = store_reader_is_written(checking->reader);
		err = read_lines(checking);
		if (!err)
			err = judge(checking, is_written, &flaws, &n);
	}
	if (err) {
		log_error("cannot read the store %s: %s", checking->dir, strerror(-err));
		return STATUS_FAILED;
	}
	if (!is_written)
		store_reader_end(checking->reader);
	for (const char *where; (where = store_reader_damage(checking->reader));)
		log_warning("%s", where);
	for (size_t i = 0; i < n; i++)
		print_flaw(checking, &flaws[i]);
	return print_verdict(checking, flaws, n);
}

int check_store(const struct options *options)
{
	const struct store_query all = {0};
	struct checking checking = {.dir = options->store.dir};
	struct error error;
	int status = STATUS_FAILED;

	if (account_new(&checking.account) || replay_texts_new(&checking.texts))
		log_error("no memory");
	else if (store_reader_open(options->store.dir, &all, &checking.reader, &error))
		log_error("%s", error.text);
	else
		status = check(&checking);
	store_reader_close(checking.reader);
	account_free(checking.account);
	replay_texts_free(checking.texts);
	return status;
}
