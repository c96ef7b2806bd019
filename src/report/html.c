// SPDX-License-Identifier: MIT
/*
 * One page, without anything from elsewhere. Names are text, never markup; none is in the script,
 * the style or an identifier, and the policy lets no other script or style in.
 */
#include <string.h>

#include "report/html_parts.h"
#include "page.inc"
#include "report/words.h"

static void put_hosts(FILE *to, const struct facts *facts, const char *before, const char *behind)
{
	for (unsigned int i = 0; i < facts->n_hosts; i++) {
		fputs(i ? ", " : "", to);
		fputs(before, to);
		words_name(to, facts->hosts[i], false, html_char);
		fputs(behind, to);
	}
	fputs(facts->more_hosts ? ", and others" : "", to);
}

static void put_head(FILE *to, const struct facts *facts)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src '" PAGE_STYLE_HASH "'; script-src '" PAGE_SCRIPT_HASH "'; "
	      "base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Outbound TCP connections",
	      to);
	fputs(facts->n_hosts ? " of " : "", to);
	put_hosts(to, facts, "", "");
	fputs("</title>\n<style>" PAGE_STYLE "</style>\n</head>\n", to);
}

static void put_figure(FILE *to, const char *class, const char *name, uint64_t n)
{
	fprintf(to, "<div%s%s%s><dt>%s</dt><dd>", n && *class ? " class=\"" : "", n ? class : "",
		n && *class ? "\"" : "", name);
	words_grouped(to, n);
	fputs("</dd></div>\n", to);
}

static size_t side_size(const struct sketch_side *side)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n; i++)
		n += side->nodes[i].node ? 1 : side->nodes[i].n;
	return n;
}

static void put_figures(FILE *to, const struct report *report)
{
	const struct tally *all = &report->all;

	fputs("<dl class=\"figures\">\n", to);
	put_figure(to, "", "Attempts", tally_attempts(all));
	put_figure(to, "good", "Established", tally_established(all));
	put_figure(to, "bad", "Failed", all->counts.failed);
	put_figure(to, "part", "Given up", all->counts.cancelled);
	if (tally_before(all))
		put_figure(to, "", "Open before", tally_before(all));
	put_figure(to, "", "Processes", side_size(&report->sketch->who));
	put_figure(to, "", "Destinations", side_size(&report->sketch->where));
	fputs("</dl>\n", to);
}

static void put_html_note(FILE *to, enum note note, const char *title,
			  void (*say)(FILE *to, const struct facts *facts),
			  const struct facts *facts)
{
	static const struct {
		const char *class, *symbol;
	} kinds[] = {
		[NOTE_GOOD] = {"good", "\u2713"},
		[NOTE_PLAIN] = {"plain", "\u00b7"},
		[NOTE_WARNING] = {"warning", "!"},
	};

	fprintf(to, "<li class=\"%s\"><span aria-hidden=\"true\">%s</span><b>%s</b><div>",
		kinds[note].class, kinds[note].symbol, title);
	say(to, facts);
	fputs("</div></li>\n", to);
}

static void put_header(FILE *to, const struct report *report)
{
	fputs("<header>\n<h1>Outbound TCP connections</h1>\n", to);
	if (report->facts.n_hosts) {
		fputs("<p>of ", to);
		put_hosts(to, &report->facts, "<b>", "</b>");
		fputs("</p>\n", to);
	}
	put_figures(to, report);
	fputs("</header>\n<section aria-labelledby=\"h-record\">\n"
	      "<h2 id=\"h-record\">What this record is</h2>\n<ul class=\"notes\">\n",
	      to);
	report_notes(to, &report->facts, put_html_note);
	fputs("</ul>\n</section>\n", to);
}

void report_html(FILE *to, const struct report *report)
{
	put_head(to, &report->facts);
	fputs("<body>\n", to);
	put_header(to, report);
	if (report->n_pairs || report->n_others) {
		html_sketch(to, report);
		html_table(to, report);
	} else {
		fputs("<section class=\"empty\">No connection is in this record.</section>\n", to);
	}
	fputs("<script>" PAGE_SCRIPT "</script>\n</body>\n</html>\n", to);
}
