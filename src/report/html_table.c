// SPDX-License-Identifier: MIT
/* The table of a page: a row for each pair, what failed first. */
#include "report/html_parts.h"
#include "report/words.h"

static void put_number(FILE *to, uint64_t n)
{
	fputs(n ? "<td class=\"n\">" : "<td class=\"n zero\">", to);
	words_grouped(to, n);
	fputs("</td>", to);
}

/* What a record of that pair does not tell is empty. */
static void put_known(FILE *to, bool known, void (*put)(FILE *to, uint64_t n), uint64_t n)
{
	fputs("<td class=\"n\">", to);
	if (known)
		put(to, n);
	fputs("</td>", to);
}

static void put_numbers(FILE *to, const struct tally *tally)
{
	bool carried = tally->closed || tally->closed_before;

	put_number(to, tally_attempts(tally));
	put_number(to, tally_established(tally));
	put_number(to, tally->counts.failed);
	put_number(to, tally->counts.cancelled);
	fputs("<td class=\"errors\">", to);
	words_errors(to, &tally->counts);
	fputs("</td>", to);
	put_known(to, tally->slowest_ns, words_span, tally->slowest_ns);
	put_known(to, carried, words_size, tally->bytes_sent);
	put_known(to, carried, words_size, tally->bytes_received);
}

static void put_state(FILE *to, enum outcome outcome)
{
	static const char *const symbols[] = {
		[OUTCOME_NOTHING] = "\u00b7",
		[OUTCOME_WORKED] = "\u2713",
		[OUTCOME_MIXED] = "!",
		[OUTCOME_FAILED] = "\u2715",
	};

	fprintf(to, "<td class=\"state %s\"><span aria-hidden=\"true\">%s</span> %s</td>",
		html_class(outcome), symbols[outcome], outcome_name(outcome));
}

static void put_where_cell(FILE *to, const struct pair *pair)
{
	uint64_t before = tally_before(&pair->tally);

	fputs("<td class=\"where\">", to);
	words_where_to(to, pair->where, 0, html_char);
	if (*pair->where->note) {
		fputs("<small>perhaps ", to);
		words_name(to, pair->where->note, false, html_char);
		fputs("</small>", to);
	}
	if (before) {
		fputs("<small>", to);
		words_grouped(to, before);
		fputs(" open before</small>", to);
	}
	fputs("</td>", to);
}

static void put_row(FILE *to, const struct pair *pair, size_t number)
{
	fprintf(to, "<tr id=\"r%zu\">", number);
	put_state(to, tally_outcome(&pair->tally));
	fputs("<th scope=\"row\">", to);
	words_who(to, pair->who, 0, html_char);
	if (pair->who->is_path || *pair->who->place) {
		fputs("<small>", to);
		words_who_more(to, pair->who, html_char);
		fputs("</small>", to);
	}
	fputs("</th>", to);
	put_where_cell(to, pair);
	put_numbers(to, &pair->tally);
	fputs("</tr>\n", to);
}

/* Beyond the rows that a browser takes in its stride, and beyond the pairs that are kept apart. */
static void put_rest(FILE *to, const struct report *report)
{
	size_t n = report->n_pairs > REPORT_HTML_ROWS ? report->n_pairs - REPORT_HTML_ROWS : 0;
	struct tally rest = report->others;

	if (!n && !report->n_others)
		return;
	for (size_t i = REPORT_HTML_ROWS; i < report->n_pairs; i++)
		tally_merge(&rest, &report->pairs[i]->tally);
	fputs("<tfoot><tr><td></td><th scope=\"row\" colspan=\"2\">", to);
	if (n)
		words_grouped(to, n);
	fputs(!n		 ? "further pairs"
	      : report->n_others ? " further pairs and more"
				 : " further pairs",
	      to);
	fputs(", summed up</th>", to);
	put_numbers(to, &rest);
	fputs("</tr></tfoot>\n", to);
}

void html_table(FILE *to, const struct report *report)
{
	static const struct {
		const char *name;
		bool number;
	} columns[] = {{"Result", false},  {"Process", false},	  {"Destination", false},
		       {"Attempts", true}, {"Established", true}, {"Failed", true},
		       {"Given up", true}, {"Errors", false},	  {"Slowest handshake", true},
		       {"Sent", true},	   {"Received", true}};

	fputs("<section aria-labelledby=\"h-table\">\n<div class=\"above\">"
	      "<h2 id=\"h-table\">All pairs, failures first</h2>\n"
	      "<div id=\"filtering\" hidden><label for=\"filter\">Filter</label>"
	      "<input id=\"filter\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\">"
	      "<span id=\"found\" role=\"status\"></span></div></div>\n"
	      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"h-table\">\n"
	      "<table>\n<caption>Pairs of a process and a destination</caption>\n<thead><tr>",
	      to);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		fprintf(to, "<th scope=\"col\"%s>%s</th>", columns[i].number ? " class=\"n\"" : "",
			columns[i].name);
	fputs("</tr></thead>\n<tbody>\n", to);
	for (size_t i = 0; i < report->n_pairs && i < REPORT_HTML_ROWS; i++)
		put_row(to, report->pairs[i], i + 1);
	fputs("</tbody>\n", to);
	put_rest(to, report);
	fputs("</table>\n</div>\n</section>\n", to);
}
