// SPDX-License-Identifier: MIT
/*
 * A summary in GitHub's Markdown. Names stand in <code>, all of their punctuation in numbers, so
 * that no parser finds markup, a link or a mention in them.
 */
#include <string.h>

#include "report/report.h"
#include "report/words.h"
#include "util/cleanup.h"

static void put_md_note(FILE *to, enum note note, const char *title,
			void (*say)(FILE *to, const struct facts *facts), const struct facts *facts)
{
	fprintf(to, "- %s**%s:** ", note == NOTE_WARNING ? "\u26a0\ufe0f " : "", title);
	say(to, facts);
	fputc('\n', to);
}

static void put_hosts(FILE *to, const struct facts *facts)
{
	if (!facts->n_hosts)
		return;
	fputs("- **Host:** ", to);
	for (unsigned int i = 0; i < facts->n_hosts; i++) {
		fputs(i ? ", <code>" : "<code>", to);
		words_name(to, facts->hosts[i], false, md_char);
		fputs("</code>", to);
	}
	fputs(facts->more_hosts ? ", and others\n" : "\n", to);
}

static void put_md_who(FILE *to, const struct node *who)
{
	fputs("<code>", to);
	words_who(to, who, 0, md_char);
	fputs("</code>", to);
	if (!who->is_path && !*who->place)
		return;
	fputs("<br><sub><code>", to);
	words_who_more(to, who, md_char);
	fputs("</code></sub>", to);
}

static const char *symbol(enum outcome outcome)
{
	static const char *const symbols[] = {
		[OUTCOME_NOTHING] = "\u00b7",
		[OUTCOME_WORKED] = "\u2714\ufe0f",
		[OUTCOME_MIXED] = "\u26a0\ufe0f",
		[OUTCOME_FAILED] = "\u274c",
	};

	return symbols[outcome];
}

static void put_counts_of(FILE *to, const struct tally *tally)
{
	const uint64_t numbers[] = {tally_attempts(tally), tally_established(tally),
				    tally->counts.failed, tally->counts.cancelled};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		fputs(" | ", to);
		words_grouped(to, numbers[i]);
	}
	fputs(" | ", to);
	words_errors(to, &tally->counts);
	fputs(" |\n", to);
}

static void put_md_pair(FILE *to, const struct pair *pair)
{
	enum outcome outcome = tally_outcome(&pair->tally);

	fprintf(to, "| %s %s | ", symbol(outcome), outcome_name(outcome));
	put_md_who(to, pair->who);
	fputs(" | <code>", to);
	words_where_to(to, pair->where, 0, md_char);
	fputs("</code>", to);
	put_counts_of(to, &pair->tally);
}

/*
 * Row by row, as long as there is room: of the longest and oddest of names, 300 rows would be more
 * than the summary takes. Returns how many there are.
 */
static size_t put_md_pairs(FILE *to, const struct report *report)
{
	size_t shown = 0, left = REPORT_MD_SIZE;

	while (shown < report->n_pairs && shown < REPORT_MD_ROWS) {
		_cleanup_free_ char *row = NULL;
		size_t size = 0;
		FILE *in = open_memstream(&row, &size);

		if (!in)
			break;
		put_md_pair(in, report->pairs[shown]);
		if (fclose(in) || size > left)
			break;
		fwrite(row, 1, size, to);
		left -= size;
		shown++;
	}
	return shown;
}

static void put_md_rest(FILE *to, const struct report *report, size_t shown)
{
	struct tally rest = report->others;
	size_t n = report->n_pairs - shown;

	if (!n && !report->n_others)
		return;
	for (size_t i = shown; i < report->n_pairs; i++)
		tally_merge(&rest, &report->pairs[i]->tally);
	fputs("| | **", to);
	if (n)
		words_grouped(to, n);
	fputs(!n		 ? "further pairs** | "
	      : report->n_others ? " and more further pairs** | "
				 : " further pairs** | ",
	      to);
	put_counts_of(to, &rest);
}

void report_md(FILE *to, const struct report *report)
{
	fputs("### Outbound TCP connections\n\n", to);
	put_hosts(to, &report->facts);
	report_notes(to, &report->facts, put_md_note);
	fputs("- **In all:** ", to);
	words_tally(to, &report->all);
	fputs("\n", to);
	if (!report->n_pairs && !report->n_others)
		return;
	fputs("\n| | Process | Destination | Attempts | Established | Failed | Given up | Errors "
	      "|\n"
	      "|---|---|---|--:|--:|--:|--:|---|\n",
	      to);
	put_md_rest(to, report, put_md_pairs(to, report));
}
