// SPDX-License-Identifier: MIT
/* When it was observed, and what it lacks, in sentences. */
#include "report/report.h"
#include "report/words.h"

static void put_n(FILE *to, uint64_t n, const char *one, const char *several)
{
	words_grouped(to, n);
	fputc(' ', to);
	fputs(n == 1 ? one : several, to);
}

static void put_from_until(FILE *to, uint64_t from_ns, uint64_t until_ns)
{
	words_moment(to, from_ns);
	fputs(" to ", to);
	words_moment(to, until_ns);
	fputs(" UTC", to);
}

static void say_observed(FILE *to, const struct facts *facts)
{
	put_from_until(to, facts->from_ns, facts->until_ns);
	fputs(" (", to);
	words_span(to, facts->observed_ns);
	if (facts->runs > 1) {
		fputs(" in ", to);
		put_n(to, facts->runs, "run", "runs");
	}
	fputc(')', to);
}

static void say_lines(FILE *to, const struct facts *facts)
{
	if (!facts->lines) {
		fputs("there is not one line of tpconnect in it", to);
		return;
	}
	fputs("not known from beginning to end; the lines are of ", to);
	put_from_until(to, facts->first_ns, facts->last_ns);
}

static void say_cut(FILE *to, const struct facts *facts)
{
	if (facts->runs > 1) {
		words_grouped(to, facts->without_end);
		fputs(" of ", to);
		put_n(to, facts->runs, "run has", "runs have");
		fputs(" no tpconnect.stop: ", to);
	} else {
		fputs("it has no tpconnect.stop: ", to);
	}
	fputs("what came later, and what was lost, is not in it", to);
}

static void say_no_start(FILE *to, const struct facts *facts)
{
	fputs("it has no tpconnect.start", to);
	if (facts->runs > 1) {
		fputs(" for ", to);
		words_grouped(to, facts->without_start);
		fputs(" of ", to);
		put_n(to, facts->runs, "run", "runs");
	}
	fputs(": what came earlier is not in it", to);
}

static void say_lost(FILE *to, const struct facts *facts)
{
	put_n(to, facts->lost, "event was", "events were");
	fputs(" lost as it was recorded", to);
	if (!facts->missed)
		return;
	fputs(", of these ", to);
	words_grouped(to, facts->missed);
	fputs(" seen by no program", to);
}

static void say_not_lost(FILE *to, const struct facts *facts)
{
	fputs(facts->without_end ? "nothing, as far as it goes" : "nothing", to);
}

static void say_missing(FILE *to, const struct facts *facts)
{
	put_n(to, facts->missing, "line is", "lines are");
	fputs(" missing between others (gaps of tpconnect.seq): left out by a filter, or lost "
	      "since",
	      to);
}

static void say_dropped(FILE *to, const struct facts *facts)
{
	put_n(to, facts->dropped, "older line has", "older lines have");
	fputs(" left the store, as it has a bound", to);
}

static void say_bad(FILE *to, const struct facts *facts)
{
	put_n(to, facts->bad, "line is none of tpconnect, or not whole, and was passed over",
	      "lines are none of tpconnect, or not whole, and were passed over");
}

static void say_no_syscalls(FILE *to, const struct facts *facts)
{
	(void)facts;
	fputs("system calls were not traced: what failed before a SYN was due is not in it", to);
}

static void say_not_seen(FILE *to, const struct facts *facts)
{
	(void)facts;
	fputs("UDP, and so QUIC and most of DNS; what was accepted; what filters left out", to);
}

void report_notes(FILE *to, const struct facts *facts, put_note *put)
{
	bool whole = facts->observed_ns && !facts->without_end && !facts->without_start;

	put(to, whole ? NOTE_GOOD : NOTE_PLAIN, "Observed", whole ? say_observed : say_lines,
	    facts);
	if (facts->without_end)
		put(to, NOTE_WARNING, "Cut off", say_cut, facts);
	if (facts->without_start)
		put(to, NOTE_WARNING, "No beginning", say_no_start, facts);
	put(to, facts->lost ? NOTE_WARNING : NOTE_GOOD, "Lost",
	    facts->lost ? say_lost : say_not_lost, facts);
	if (facts->missing)
		put(to, NOTE_WARNING, "Gaps", say_missing, facts);
	if (facts->dropped)
		put(to, NOTE_WARNING, "Dropped", say_dropped, facts);
	if (facts->bad)
		put(to, NOTE_WARNING, "Unread", say_bad, facts);
	if (facts->without_syscalls)
		put(to, NOTE_WARNING, "In part", say_no_syscalls, facts);
	put(to, NOTE_PLAIN, "Not seen", say_not_seen, facts);
}
