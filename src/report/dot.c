// SPDX-License-Identifier: MIT
/* A graph of Graphviz: dot(1). Names stand between double quotes only. */
#include "report/report.h"
#include "report/words.h"

static void put_node(FILE *to, char side, size_t i, const struct sketch_node *node)
{
	fprintf(to, "  %c%zu [label=\"", side, i);
	if (side == 'p')
		words_who(to, node->node, node->n, dot_char);
	else
		words_where_to(to, node->node, node->n, dot_char);
	fputs("\", tooltip=\"", to);
	if (side == 'p' && words_who_more(to, node->node, dot_char))
		fputs(": ", to);
	words_tally(to, &node->tally);
	fputs("\"];\n", to);
}

/* Not by colour alone. */
static void put_edge(FILE *to, size_t who, size_t where, const struct tally *tally)
{
	static const char *const styles[] = {
		[OUTCOME_NOTHING] = "color=\"#6b7280\", style=dotted",
		[OUTCOME_WORKED] = "color=\"#1a7f37\"",
		[OUTCOME_MIXED] = "color=\"#b45309\", style=\"dashed,bold\"",
		[OUTCOME_FAILED] = "color=\"#c2232e\", style=dashed",
	};

	fprintf(to, "  p%zu -> d%zu [%s, label=\"", who, where, styles[tally_outcome(tally)]);
	words_grouped(to, sketch_weight(tally));
	fputs("\", tooltip=\"", to);
	words_tally(to, tally);
	fputs("\"];\n", to);
}

void report_dot(FILE *to, const struct report *report)
{
	const struct sketch *sketch = report->sketch;

	fputs("digraph tpconnect {\n"
	      "  rankdir=LR;\n"
	      "  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
	      "  edge [fontname=\"sans-serif\", fontsize=10];\n",
	      to);
	for (size_t i = 0; i < sketch->who.n; i++)
		put_node(to, 'p', i, &sketch->who.nodes[i]);
	for (size_t i = 0; i < sketch->where.n; i++)
		put_node(to, 'd', i, &sketch->where.nodes[i]);
	for (size_t i = 0; i < sketch->who.n; i++)
		for (size_t j = 0; j < sketch->where.n; j++)
			if (sketch->pairs[i][j])
				put_edge(to, i, j, &sketch->curves[i][j]);
	fputs("}\n", to);
}
