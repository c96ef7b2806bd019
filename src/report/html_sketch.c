// SPDX-License-Identifier: MIT
/* The picture: lists on both sides, and between them curves, in a drawing as high as the lists. */
#include <string.h>

#include "report/html_parts.h"
#include "report/words.h"

/* A node's two lines, and some room, in CSS pixels. */
#define ROW_HEIGHT 46

/* Of more curves each is seen through, or they are one patch. */
#define DENSE 150

/* Of the drawing, which is made as wide as there is room. */
#define WIDTH 100

/* The row of the table that is the first of the node; NULL: it is not in the table. */
static size_t first_row(const struct report *report, const struct node *node, bool who)
{
	for (size_t i = 0; node && i < report->n_pairs && i < REPORT_HTML_ROWS; i++) {
		const struct node *other = who ? report->pairs[i]->who : report->pairs[i]->where;

		if (!strcmp(other->name, node->name) && !strcmp(other->place, node->place))
			return i + 1;
	}
	return 0;
}

static void put_node_text(FILE *to, const struct sketch_node *node, bool who)
{
	fputs("<b>", to);
	if (who)
		words_who(to, node->node, node->n, html_char);
	else
		words_where_to(to, node->node, node->n, html_char);
	fputs("</b>", to);
	fputs("<small>", to);
	if (who && words_who_more(to, node->node, html_char)) {
		/* what it is called besides says more than how often */
	} else if (!who && node->node && *node->node->note) {
		fputs("perhaps ", to);
		words_name(to, node->node->note, false, html_char);
	} else {
		uint64_t attempts = tally_attempts(&node->tally);

		words_grouped(to, attempts);
		fputs(attempts == 1 ? " attempt" : " attempts", to);
	}
	fputs("</small>", to);
}

static void put_title(FILE *to, const struct sketch_node *node, bool who)
{
	if (who) {
		words_who(to, node->node, node->n, html_char);
		fputs(node->node && (node->node->is_path || *node->node->place) ? " (" : "", to);
		if (words_who_more(to, node->node, html_char))
			fputc(')', to);
	} else {
		words_where_to(to, node->node, node->n, html_char);
	}
}

static void put_node(FILE *to, const struct report *report, const struct sketch_node *node,
		     bool who, size_t i)
{
	static const char *const classes[] = {[OUTCOME_NOTHING] = "",
					      [OUTCOME_WORKED] = "",
					      [OUTCOME_MIXED] = " partly",
					      [OUTCOME_FAILED] = " fails"};
	size_t row = first_row(report, node->node, who);

	fprintf(to, "<li class=\"node%s\" id=\"%c%zu\" title=\"",
		classes[tally_outcome(&node->tally)], who ? 'p' : 'd', i);
	put_title(to, node, who);
	fputs(": ", to);
	words_tally(to, &node->tally);
	fputs("\">", to);
	if (row)
		fprintf(to, "<a href=\"#r%zu\">", row);
	put_node_text(to, node, who);
	fputs(row ? "</a></li>\n" : "</li>\n", to);
}

static void put_side(FILE *to, const struct report *report, const struct sketch_side *side,
		     bool who)
{
	fprintf(to, "<ol class=\"%s\" aria-label=\"%s\">\n", who ? "who" : "where",
		who ? "Processes" : "Destinations");
	for (size_t i = 0; i < side->n; i++)
		put_node(to, report, &side->nodes[i], who, i);
	fputs("</ol>\n", to);
}

/* Log2 of the attempts: twice as many are so much wider, and a million fits between two rows. */
static double width_of(const struct tally *tally)
{
	uint64_t n = sketch_weight(tally);
	unsigned int bits = n ? 63u - (unsigned int)__builtin_clzll(n) : 0;

	return 1.6 + 0.42 * (bits < 20 ? bits : 20);
}

static double middle(size_t i, size_t n, double height)
{
	return height * ((double)i + 0.5) / (double)n;
}

static void put_curve(FILE *to, const struct sketch *sketch, size_t i, size_t j, double height)
{
	const struct tally *tally = &sketch->curves[i][j];
	double from = middle(i, sketch->who.n, height), until = middle(j, sketch->where.n, height);

	fprintf(to,
		"<path class=\"curve %s p%zu d%zu\" stroke-width=\"%.1f\" "
		"d=\"M0 %.1fC%d %.1f %d %.1f %d %.1f\"><title>",
		html_class(tally_outcome(tally)), i, j, width_of(tally), from, WIDTH / 2, from,
		WIDTH / 2, until, WIDTH, until);
	put_title(to, &sketch->who.nodes[i], true);
	fputs(" to ", to);
	put_title(to, &sketch->where.nodes[j], false);
	fputs(": ", to);
	words_tally(to, tally);
	fputs("</title></path>\n", to);
}

static size_t count_curves(const struct sketch *sketch)
{
	size_t n = 0;

	for (size_t i = 0; i < sketch->who.n; i++)
		for (size_t j = 0; j < sketch->where.n; j++)
			n += sketch->pairs[i][j] != 0;
	return n;
}

/* What failed lies above the rest. */
static void put_curves(FILE *to, const struct sketch *sketch, double height)
{
	static const enum outcome order[] = {OUTCOME_NOTHING, OUTCOME_WORKED, OUTCOME_MIXED,
					     OUTCOME_FAILED};

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < sketch->who.n; i++)
			for (size_t j = 0; j < sketch->where.n; j++)
				if (sketch->pairs[i][j] &&
				    tally_outcome(&sketch->curves[i][j]) == order[k])
					put_curve(to, sketch, i, j, height);
}

static void put_legend(FILE *to)
{
	static const enum outcome shown[] = {OUTCOME_WORKED, OUTCOME_MIXED, OUTCOME_FAILED};

	fputs("<ul class=\"legend\" aria-label=\"Lines\">\n", to);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		fprintf(to,
			"<li><svg viewBox=\"0 0 35 10\" aria-hidden=\"true\"><path class=\"curve "
			"%s\" stroke-width=\"3\" d=\"M0 6H35\"/></svg>%s</li>\n",
			html_class(shown[i]), outcome_name(shown[i]));
	fputs("<li>the wider, the more attempts</li>\n</ul>\n", to);
}

void html_sketch(FILE *to, const struct report *report)
{
	const struct sketch *sketch = report->sketch;
	size_t rows = sketch->who.n > sketch->where.n ? sketch->who.n : sketch->where.n;

	fputs("<section aria-labelledby=\"h-sketch\">\n<div class=\"above\">"
	      "<h2 id=\"h-sketch\">Who connected to where</h2>\n",
	      to);
	put_legend(to);
	fputs("</div>\n<div class=\"sketch\">\n", to);
	put_side(to, report, &sketch->who, true);
	fprintf(to,
		"<svg%s viewBox=\"0 0 %d %zu\" height=\"%zu\" preserveAspectRatio=\"none\" "
		"role=\"img\" aria-label=\"Curves from each process to its destinations; the table "
		"below has the same\">\n",
		count_curves(sketch) > DENSE ? " class=\"dense\"" : "", WIDTH, rows * ROW_HEIGHT,
		rows * ROW_HEIGHT);
	put_curves(to, sketch, (double)(rows * ROW_HEIGHT));
	fputs("</svg>\n", to);
	put_side(to, report, &sketch->where, false);
	fputs("</div>\n</section>\n", to);
}
