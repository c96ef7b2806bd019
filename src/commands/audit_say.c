// SPDX-License-Identifier: MIT
/* What audit tells, and what it makes of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit/learn.h"
#include "commands/audit.h"
#include "commands/audit_file.h"
#include "commands/daemons.h"
#include "format/cell.h"
#include "format/fields.h"
#include "format/summary.h"
#include "util/clock.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/names.h"
#include "util/status.h"

/* Lines of processes and destinations, without -v. */
#define GROUPS_TOLD 100

/* Names of processes outside the command. */
#define OUTSIDE_TOLD 8

#define LINE_SIZE (LEARN_RULE_MAX + 4096)

/* What is to be told. */
struct tally {
	struct seen_group *groups;
	size_t n;
	uint64_t attempts, unexpected, unknown;
	bool crowded; /* some were not kept apart */
};

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* The names that it may have been asked for by, or the address of the one that it was. */
static void put_other_names(struct buffer *out, const struct event *event)
{
	const struct dns_names *names = event->names;
	struct cell cell;

	if (dns_names_sure(names)) {
		buffer_literal(out, " at ");
		cell_address(&cell, event->dst.addr, event->family, event->dst.scope_id, CELL_MAX);
		cell_put(out, &cell, 0, false);
		return;
	}
	for (size_t i = 0; names && i < names->n; i++) {
		buffer_puts(out, i ? " or " : " (");
		buffer_puts(out, names->names[i]);
	}
	if (names)
		buffer_puts(out, names->source == DNS_FROM_HOST ? ", as another was told)" : ")");
}

static void put_group(struct buffer *out, const struct group *group)
{
	const struct seen_counts *value = group->value;
	uint64_t attempts = seen_attempts(value);
	struct dns_names names;
	struct image image;
	struct event event;

	if (group->other) {
		buffer_literal(out, "all others, which found no room");
	} else {
		seen_event(group, &event, &image, &names);
		learn_put(out, &event, dns_names_sure(event.names));
		put_other_names(out, &event);
	}
	buffer_literal(out, ": ");
	buffer_u64(out, attempts);
	buffer_puts(out, attempts == 1 ? " attempt" : " attempts");
	if (counts_events(&value->counts) > value->counts.attempts)
		buffer_literal(out, ": ");
	results_put(out, &value->counts);
}

static void say_group(const char *what, const struct group *group)
{
	_cleanup_free_ char *text = malloc(LINE_SIZE);
	struct buffer out = {.data = text, .cap = text ? LINE_SIZE : 0};

	put_group(&out, group);
	log_error("%s: %.*s", what, (int)out.len, text ? text : "");
}

/* What is said of a group; NULL: nothing. */
static const char *word_of(const struct audit *audit, const struct seen_group *group)
{
	if (!audit->options->audit.allow_path)
		return "seen";
	switch (group->fit) {
	case FIT_NO:
		return "unexpected";
	case FIT_UNKNOWN:
		return "not known whether expected";
	default:
		return audit->options->verbosity > 0 ? "expected" : NULL;
	}
}

static void say_groups(const struct audit *audit, const struct tally *tally)
{
	size_t told = 0, left = 0;

	for (size_t i = 0; i < tally->n; i++) {
		const char *word = word_of(audit, &tally->groups[i]);

		if (!word)
			continue;
		if (told++ < GROUPS_TOLD || audit->options->verbosity > 0)
			say_group(word, tally->groups[i].group);
		else
			left++;
	}
	if (left)
		log_error("and %zu more: -v shows all", left);
}

static void say_unused(const struct audit *audit)
{
	const struct rule *rules = audit->rules.rules.items;

	if (!audit->options->audit.allow_path)
		return;
	if (!audit->rules.rules.n)
		log_error("%s has no rule: nothing is expected", audit->path);
	for (size_t i = 0; i < audit->rules.rules.n; i++)
		if (!rules[i].used)
			log_error("unused: %s:%u: %s", audit->path, rules[i].line, rules[i].text);
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t m = *(const uint64_t *)a, n = *(const uint64_t *)b;

	return m > n ? -1 : m < n;
}

/* ": dockerd 10, containerd 2, and others" */
static void put_outside(struct buffer *out, const struct audit *audit)
{
	_cleanup_free_ const struct group **groups = NULL;
	size_t n;

	if (groups_sorted(audit->outside, compare_numbers, &groups, &n))
		return;
	for (size_t i = 0; i < n && i < OUTSIDE_TOLD; i++) {
		const char *comm = groups[i]->other ? "others" : groups[i]->key.comm;

		buffer_puts(out, i ? ", " : ": ");
		put_escaped(out, *comm ? comm : "-", strlen(*comm ? comm : "-"), true);
		buffer_putc(out, ' ');
		buffer_u64(out, *(const uint64_t *)groups[i]->value);
	}
	if (n > OUTSIDE_TOLD)
		buffer_literal(out, ", and others");
}

static void say_outside(const struct audit *audit)
{
	char text[1024];
	struct buffer out = {.data = text, .cap = sizeof(text)};
	const struct daemon_client *client = daemon_client_of(audit->options->limits.argv);

	put_outside(&out, audit);
	log_error("not judged: what others did on the command's behalf: %" PRIu64
		  " attempt%s outside it in the same time%.*s; --scope host judges all",
		  audit->n_outside, plural(audit->n_outside), (int)out.len, text);
	if (client)
		log_error("not judged: %s has its work done by %s, which it does not start",
			  client->name, client->daemon);
}

static void say_not_seen(const struct audit *audit)
{
	uint64_t before = seen_before(audit->seen);

	log_error("not seen: UDP, and so QUIC and DNS itself");
	if (before)
		log_error("not judged: %" PRIu64 " connection%s that %s open before", before,
			  plural(before), before == 1 ? "was" : "were");
	if (audit->options->files.n)
		log_error("not judged: what the filters of a record's making left out of it");
	else if (!audit->options->audit.host)
		say_outside(audit);
}

static void say_doubts(const struct audit *audit)
{
	char *const *doubts = audit->doubts.items;

	for (size_t i = 0; i < audit->doubts.n; i++)
		log_error("cannot vouch: %s", doubts[i]);
}

static int make_tally(struct audit *audit, struct rules *rules, struct tally *ret)
{
	if (seen_judge(audit->seen, rules, &ret->groups, &ret->n)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	for (size_t i = 0; i < ret->n; i++) {
		const struct seen_group *group = &ret->groups[i];
		uint64_t attempts = seen_attempts(group->group->value);

		ret->attempts += attempts;
		if (group->group->other)
			ret->crowded = true;
		else if (group->fit == FIT_NO)
			ret->unexpected += attempts;
		else if (group->fit == FIT_UNKNOWN)
			ret->unknown += attempts;
	}
	return STATUS_DONE;
}

static void doubt_tally(struct audit *audit, const struct tally *tally)
{
	if (tally->unknown && audit->options->audit.allow_path)
		audit_doubt(audit,
			    "of %" PRIu64 " attempt%s it is not known by which process, or by "
			    "which of four names or more, and so whether a rule fits",
			    tally->unknown, plural(tally->unknown));
	if (tally->crowded)
		audit_doubt(audit, "there were more than %d processes and destinations", SEEN_MAX);
}

static int judge(const struct audit *audit, const struct tally *tally, int status)
{
	char own[64] = "";

	if (status)
		snprintf(own, sizeof(own), "; exit status %d is the command's own", status);
	if (tally->unexpected) {
		log_error("verdict: unexpected: %" PRIu64 " attempt%s of %" PRIu64
			  " %s no rule of %s%s",
			  tally->unexpected, plural(tally->unexpected), tally->attempts,
			  tally->unexpected == 1 ? "fits" : "fit", audit->path, own);
		return status ? status : STATUS_UNEXPECTED;
	}
	if (audit->doubts.n) {
		log_error("verdict: cannot vouch: what was seen is as expected, and it may not be "
			  "all%s",
			  own);
		return status ? status : STATUS_NO_VOUCHER;
	}
	log_error("verdict: as expected: %" PRIu64 " attempt%s, %zu process%s and destination%s%s",
		  tally->attempts, plural(tally->attempts), tally->n, tally->n == 1 ? "" : "es",
		  plural(tally->n), own);
	return status;
}

/* Who runs it; through sudo(8), who called that. */
static void put_who(struct buffer *out)
{
	const char *caller = getuid() ? NULL : getenv("SUDO_USER"), *user = caller;
	struct names *names = NULL;

	if (!user && !names_load(NAMES_SERVICES, NAMES_PASSWD, &names))
		user = names_user(names, getuid());
	if (user && *user)
		put_escaped(out, user, strnlen(user, 64), false);
	else
		buffer_u64(out, getuid());
	names_free(names);
}

/* "# learnt 2026-11-27T20:10:11Z by root: make" */
static void put_comment(struct buffer *out, const struct audit *audit)
{
	const struct options *options = audit->options;
	const char *what = options->limits.argv ? options->limits.argv[0]
			   : options->files.n	? *(const char *const *)options->files.items
						: "this host";
	char text[64];
	struct buffer time = {.data = text, .cap = sizeof(text)};

	field_time(&time, clock_now_ns(CLOCK_REALTIME));
	buffer_literal(out, "# learnt ");
	buffer_put(out, text, strlen("2026-11-27T20:10:11"));
	buffer_literal(out, "Z by ");
	put_who(out);
	buffer_literal(out, ": ");
	put_escaped(out, what, strnlen(what, 256), false);
}

static int add_lines(const struct audit *audit, const struct vector *lines)
{
	char text[2048];
	struct buffer out = {.data = text, .cap = sizeof(text) - 1};

	put_comment(&out, audit);
	text[out.len] = '\0';
	return audit_file_add(audit->path, text, lines);
}

/* The file can have changed since the run began: it is read anew. */
static int learn_now(struct audit *audit, int status)
{
	struct rules rules = {0};
	struct tally tally = {0};
	struct vector lines = {0};
	int failed = audit_file_read(audit->path, true, &rules);

	if (!failed)
		failed = make_tally(audit, &rules, &tally);
	if (!failed && learn_rules(tally.groups, tally.n, &lines)) {
		log_error("no memory");
		failed = STATUS_FAILED;
	}
	if (!failed && lines.n)
		failed = add_lines(audit, &lines);
	if (!failed)
		log_error("learnt: %zu rule%s added to %s%s", lines.n, lines.n == 1 ? "" : "s",
			  audit->path,
			  status ? "; the command failed, and what it would have come to is not "
				   "among them"
				 : "");
	learn_free(&lines);
	free(tally.groups);
	rules_free(&rules);
	return status ? status : failed;
}

static int learn(struct audit *audit, int status)
{
	if (!audit->doubts.n)
		return learn_now(audit, status);
	log_error("learnt: nothing, as this run cannot be vouched for; %s is as it was",
		  audit->path);
	return status ? status : STATUS_NO_VOUCHER;
}

static int conclude(struct audit *audit, const struct tally *tally, int status)
{
	if (audit->options->audit.learn_path)
		return learn(audit, status);
	if (audit->path)
		return judge(audit, tally, status);
	log_error("seen: %" PRIu64 " attempt%s, %zu process%s and destination%s%s", tally->attempts,
		  plural(tally->attempts), tally->n, tally->n == 1 ? "" : "es", plural(tally->n),
		  audit->doubts.n ? "; it may not be all" : "");
	return status;
}

int audit_tell(struct audit *audit, int status)
{
	struct tally tally = {0};
	int failed = make_tally(audit, &audit->rules, &tally);

	if (failed)
		return status ? status : failed;
	doubt_tally(audit, &tally);
	say_groups(audit, &tally);
	say_unused(audit);
	say_not_seen(audit);
	say_doubts(audit);
	status = conclude(audit, &tally, status);
	free(tally.groups);
	return status;
}
