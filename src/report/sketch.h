/* SPDX-License-Identifier: MIT */
/* The picture of a report: two columns, and what leads from one to the other. Pure. */
#ifndef REPORT_SKETCH_H
#define REPORT_SKETCH_H

#include "report/pairs.h"

/* More on a side cannot be told apart; the rest is put together behind them. */
#define SKETCH_NODES 40
#define SKETCH_SIDE  (SKETCH_NODES + 1)

struct sketch_node {
	const struct node *node; /* NULL: the others */
	size_t n;		 /* of the others: how many they are; 0: not known */
	struct tally tally;	 /* of all its pairs */
};

struct sketch_side {
	struct sketch_node nodes[SKETCH_SIDE]; /* from top to bottom */
	size_t n;
};

struct sketch {
	struct sketch_side who, where;
	struct tally curves[SKETCH_SIDE][SKETCH_SIDE]; /* by place in who and where */
	size_t pairs[SKETCH_SIDE][SKETCH_SIDE];	       /* that each stands for; 0: there is none */
};

/* By how much a node, or a curve, weighs: attempts, and what was open before. */
uint64_t sketch_weight(const struct tally *tally);

/*
 * Those that weigh most, on the left by weight, on the right by where their curves come from. The
 * same pairs give the same picture, in whatever order they are. others: of pairs that are not among
 * these; NULL: there are none. The caller frees it. -ENOMEM.
 */
int sketch_new(const struct pair *const *pairs, size_t n, const struct tally *others,
	       struct sketch **ret);

#endif
