// SPDX-License-Identifier: MIT
#include "report/sketch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A node of a pair, until the pairs of each are together. */
struct end {
	const struct node *node;
	size_t pair;
};

struct group {
	const struct node *node;
	size_t first, n; /* of the ends */
	struct tally tally;
	double centre; /* where its curves come from */
};

/* One side as it comes about. */
struct making {
	const struct pair *const *pairs;
	size_t n_pairs;
	struct end *ends;
	struct group *groups;
	size_t n_groups;
	uint8_t *place; /* of each pair */
};

uint64_t sketch_weight(const struct tally *tally)
{
	return tally_attempts(tally) + tally_before(tally);
}

static int compare_nodes(const struct node *a, const struct node *b)
{
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->place, b->place);
}

static int compare_ends(const void *va, const void *vb)
{
	const struct end *a = va, *b = vb;
	int order = compare_nodes(a->node, b->node);

	return order ? order : (a->pair > b->pair) - (a->pair < b->pair);
}

static int compare_groups(const void *va, const void *vb)
{
	const struct group *a = va, *b = vb;
	uint64_t weight_a = sketch_weight(&a->tally), weight_b = sketch_weight(&b->tally);

	if (weight_a != weight_b)
		return weight_a < weight_b ? 1 : -1;
	return compare_nodes(a->node, b->node);
}

static int compare_centres(const void *va, const void *vb)
{
	const struct group *a = va, *b = vb;

	if (a->centre != b->centre)
		return a->centre < b->centre ? -1 : 1;
	return compare_groups(va, vb);
}

static void free_making(struct making *making)
{
	free(making->ends);
	free(making->groups);
	free(making->place);
}

static int start_making(struct making *making, const struct pair *const *pairs, size_t n)
{
	*making = (struct making){.pairs = pairs, .n_pairs = n};
	making->ends = calloc(n + 1, sizeof(*making->ends));
	making->groups = calloc(n + 1, sizeof(*making->groups));
	making->place = calloc(n + 1, 1);
	return making->ends && making->groups && making->place ? 0 : -ENOMEM;
}

/* Groups by node, the heaviest first. */
static void make_groups(struct making *making)
{
	struct group *group = making->groups - 1;

	qsort(making->ends, making->n_pairs, sizeof(*making->ends), compare_ends);
	for (size_t i = 0; i < making->n_pairs; i++) {
		const struct end *end = &making->ends[i];

		if (!i || compare_nodes(group->node, end->node))
			*++group = (struct group){.node = end->node, .first = i};
		group->n++;
		tally_merge(&group->tally, &making->pairs[end->pair]->tally);
	}
	making->n_groups = (size_t)(group + 1 - making->groups);
	qsort(making->groups, making->n_groups, sizeof(*making->groups), compare_groups);
}

static void set_places(struct making *making)
{
	for (size_t i = 0; i < making->n_groups; i++)
		for (size_t j = 0; j < making->groups[i].n; j++)
			making->place[making->ends[making->groups[i].first + j].pair] =
				(uint8_t)(i < SKETCH_NODES ? i : SKETCH_NODES);
}

/* Those that are shown go where their curves come from: then fewer of these cross. */
static void order_by(struct making *making, const struct making *other)
{
	size_t shown = making->n_groups < SKETCH_NODES ? making->n_groups : SKETCH_NODES;

	for (size_t i = 0; i < shown; i++) {
		struct group *group = &making->groups[i];
		double sum = 0, weights = 0;

		for (size_t j = 0; j < group->n; j++) {
			size_t pair = making->ends[group->first + j].pair;
			double weight = (double)sketch_weight(&making->pairs[pair]->tally);

			sum += weight * other->place[pair];
			weights += weight;
		}
		group->centre = weights > 0 ? sum / weights : SKETCH_NODES;
	}
	qsort(making->groups, shown, sizeof(*making->groups), compare_centres);
}

static void make_side(struct sketch_side *side, const struct making *making)
{
	for (size_t i = 0; i < making->n_groups; i++) {
		size_t place = i < SKETCH_NODES ? i : SKETCH_NODES;
		struct sketch_node *node = &side->nodes[place];

		node->node = place < SKETCH_NODES ? making->groups[i].node : NULL;
		node->n++;
		tally_merge(&node->tally, &making->groups[i].tally);
		side->n = place + 1;
	}
}

/* Returns their place: behind all others of the side. */
static size_t add_others_to(struct sketch_side *side, const struct tally *others)
{
	size_t place = side->n == SKETCH_SIDE ? SKETCH_NODES : side->n++;

	tally_merge(&side->nodes[place].tally, others);
	return place;
}

/* What has no pair of its own is of others. */
static void add_others(struct sketch *sketch, const struct tally *others)
{
	size_t who, where;

	if (!others)
		return;
	who = add_others_to(&sketch->who, others);
	where = add_others_to(&sketch->where, others);
	tally_merge(&sketch->curves[who][where], others);
	sketch->pairs[who][where]++;
}

static void make_sketch(struct sketch *sketch, struct making *who, struct making *where)
{
	for (size_t i = 0; i < who->n_pairs; i++) {
		who->ends[i] = (struct end){who->pairs[i]->who, i};
		where->ends[i] = (struct end){where->pairs[i]->where, i};
	}
	make_groups(who);
	set_places(who);
	make_groups(where);
	order_by(where, who);
	set_places(where);
	make_side(&sketch->who, who);
	make_side(&sketch->where, where);
	for (size_t i = 0; i < who->n_pairs; i++) {
		tally_merge(&sketch->curves[who->place[i]][where->place[i]], &who->pairs[i]->tally);
		sketch->pairs[who->place[i]][where->place[i]]++;
	}
}

int sketch_new(const struct pair *const *pairs, size_t n, const struct tally *others,
	       struct sketch **ret)
{
	struct sketch *sketch = calloc(1, sizeof(*sketch));
	struct making who = {0}, where = {0};
	int err = sketch ? start_making(&who, pairs, n) : -ENOMEM;

	if (!err)
		err = start_making(&where, pairs, n);
	if (!err) {
		make_sketch(sketch, &who, &where);
		add_others(sketch, others);
		*ret = sketch;
	} else {
		free(sketch);
	}
	free_making(&who);
	free_making(&where);
	return err;
}
