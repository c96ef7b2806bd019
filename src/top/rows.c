// SPDX-License-Identifier: MIT
/* Without memory for one more bucket, no rows are made; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "top/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "top/live_pair.h"
#include "top/rows_filter.h"
#include "top/rows_key.h"
#include "top/rows_order.h"
#include "util/clock.h"
#include "util/count.h"

/* How long a row keeps its place. */
#define PLACE_NS (3 * NSEC_PER_SEC)

/* How long after an event a pair is not idle. */
#define ACTIVE_NS (60 * NSEC_PER_SEC)

struct bytes {
	char *data;
	size_t len, room;
};

/* A row, and what is remembered of it from one time to the next. Times are counted in rows.makes.
 */
struct node {
	struct row row;
	struct latencies *latencies;	  /* of several pairs; NULL: there never were */
	const struct live_pair *measured; /* the first that has any */
	size_t n_measured;		  /* how many have */
	struct row_rank rank;		  /* that its place is by */
	uint64_t ranked_ns;		  /* since when */
	uint64_t seq;			  /* in the order in which they came */
	uint64_t seen,
		shown;	 /* when there was a pair for it last, and when it was among the rows */
	bool active;	 /* a pair that fits is */
	bool any_active; /* a pair is, fit or not */
	UT_hash_handle hh;
	char key[];
};

struct rows {
	struct node *nodes;
	struct ranked *ranked; /* the rows in their order */
	size_t n, room, all;
	struct bytes key;	/* of the pair that is being looked at */
	struct bytes how, last; /* what decides the order, now and the last time */
	uint64_t makes, seq;
	uint64_t ranked_ns; /* when rows had to give up their places */
};

int rows_new(struct rows **ret)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	rows->makes = 1; /* so that no node has been shown before */
	*ret = rows;
	return 0;
}

static void drop(struct rows *rows, struct node *node)
{
	HASH_DEL(rows->nodes, node);
	free(node->latencies);
	free(node);
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	while (rows->nodes)
		drop(rows, rows->nodes);
	free(rows->ranked);
	free(rows->key.data);
	free(rows->how.data);
	free(rows->last.data);
	free(rows);
}

static int put(struct bytes *to, const void *data, size_t len)
{
	if (len > to->room - to->len) {
		size_t room = 2 * (to->len + len);
		char *more = realloc(to->data, room);

		if (!more)
			return -ENOMEM;
		to->data = more;
		to->room = room;
	}
	memcpy(to->data + to->len, data, len);
	to->len += len;
	return 0;
}

static int put_key(struct bytes *to, enum rows_by by, const struct live_pair *pair)
{
	struct row_key key;
	const char *text = row_key_of(&key, by, pair);
	int err = put(to, &key, sizeof(key));

	return err ? err : put(to, text, strlen(text));
}

/* Notes what decides the order. Returns 1 if that is other than the last time, 0 or -ENOMEM. */
static int note_how(struct rows *rows, const struct rows_how *how)
{
	const uint32_t fixed[] = {how->by, how->order, how->reverse, how->idle, how->of_by};
	const struct bytes last = rows->how;
	int err;

	rows->how = rows->last;
	rows->last = last;
	rows->how.len = 0;
	err = put(&rows->how, fixed, sizeof(fixed));
	if (!err)
		err = put(&rows->how, how->filter, strlen(how->filter) + 1);
	if (!err && how->of)
		err = put_key(&rows->how, how->of_by, how->of);
	if (err)
		return err;
	return rows->how.len != last.len || memcmp(rows->how.data, last.data, last.len);
}

static struct node *add_node(struct rows *rows)
{
	struct node *node = calloc(1, sizeof(*node) + rows->key.len);

	if (!node)
		return NULL;
	memcpy(node->key, rows->key.data, rows->key.len);
	HASH_ADD_KEYPTR(hh, rows->nodes, node->key, rows->key.len, node);
	if (!node->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(node);
		return NULL;
	}
	node->seq = rows->seq++;
	return node;
}

/* The pair's node, which is empty if it is the first one. NULL: no memory. */
static struct node *node_of(struct rows *rows, enum rows_by by, const struct live_pair *pair)
{
	struct node *node;

	rows->key.len = 0;
	if (put_key(&rows->key, by, pair))
		return NULL;
	HASH_FIND(hh, rows->nodes, rows->key.data, rows->key.len, node);
	if (!node)
		node = add_node(rows);
	if (node && node->seen != rows->makes) {
		node->seen = rows->makes;
		node->row = (struct row){.pair = pair};
		node->active = node->any_active = false;
		node->n_measured = 0;
	}
	return node;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void add_interval(struct live_interval *to, const struct live_interval *from)
{
	add_count(&to->begun, from->begun);
	add_count(&to->established, from->established);
	add_count(&to->failed, from->failed);
	add_count(&to->cancelled, from->cancelled);
	add_count(&to->retries, from->retries);
	add_count(&to->closed, from->closed);
	to->slowest_ns = greater(to->slowest_ns, from->slowest_ns);
	to->bytes_sent += from->bytes_sent;
	to->bytes_received += from->bytes_received;
}

/* Of a process, the pair of the last event is named by the image that runs now. */
static bool is_better(enum rows_by by, const struct row *row, const struct live_pair *pair)
{
	return !row->n_pairs || (by == ROWS_PROCESS && pair->last_ns > row->pair->last_ns);
}

static void add_to_row(struct row *row, const struct live_pair *pair, enum rows_by by)
{
	if (is_better(by, row, pair))
		row->pair = pair;
	row->n_pairs++;
	row->n_open += pair->n_open;
	row->n_pending += pair->n_pending;
	add_interval(&row->last, &pair->last);
	add_count(&row->weight, pair->weight);
	row->retries += pair->retries;
	row->failed += pair->failed;
	row->tx += pair->tx;
	row->rx += pair->rx;
	row->tx_rate += pair->tx_rate;
	row->rx_rate += pair->rx_rate;
	for (size_t i = 0; i < LIVE_HISTORY; i++)
		add_count(&row->history[i], pair->history[i]);
	row->over = !row->n_open && !row->n_pending;
	row->preexisting |= pair->n_preexisting != 0;
}

static const struct latencies *latencies_of(const struct live_pair *pair)
{
	return &((const struct pair *)pair)->latencies;
}

/* The first pair's stay where they are: most rows have no other. */
static int add_latencies(struct node *node, const struct live_pair *pair)
{
	struct row *row = &node->row;

	if (!pair->max_ns)
		return 0;
	if (!node->n_measured++) {
		node->measured = pair;
		row->p50_ns = pair->p50_ns;
		row->p99_ns = pair->p99_ns;
		row->max_ns = pair->max_ns;
		return 0;
	}
	if (!node->latencies)
		node->latencies = malloc(sizeof(*node->latencies));
	if (!node->latencies)
		return -ENOMEM;
	if (node->n_measured == 2)
		*node->latencies = *latencies_of(node->measured);
	latencies_add_all(node->latencies, latencies_of(pair));
	return 0;
}

static void sum_up_latencies(struct node *node)
{
	if (node->n_measured < 2)
		return;
	node->row.p50_ns = latencies_percentile(node->latencies, 50);
	node->row.p99_ns = latencies_percentile(node->latencies, 99);
	node->row.max_ns = node->latencies->max_ns;
}

static bool is_active(const struct live_pair *pair, uint64_t now_ns)
{
	return pair->n_pending || pair->tx_rate || pair->rx_rate ||
	       (pair->last_ns && (now_ns < pair->last_ns || now_ns - pair->last_ns < ACTIVE_NS));
}

static int add_pair(struct rows *rows, const struct live_pair *pair, const struct rows_how *how,
		    const struct filter *filter)
{
	bool active = is_active(pair, how->now_ns);
	struct node *node;

	if (how->of && !rows_same(how->of_by, how->of, pair))
		return 0;
	node = node_of(rows, how->by, pair);
	if (!node)
		return -ENOMEM;
	node->any_active |= active;
	if (!filter_fits(filter, pair))
		return 0;
	node->active |= active;
	add_to_row(&node->row, pair, how->by);
	return add_latencies(node, pair);
}

/* The oldest pair first: the list has the newest at its beginning. */
static int add_pairs(struct rows *rows, const struct live *live, const struct rows_how *how,
		     const struct filter *filter)
{
	const struct live_pair *newest = live_pairs(live), *pair = newest;
	int err = 0;

	if (!pair)
		return 0;
	do {
		pair = pair->prev;
		err = add_pair(rows, pair, how, filter);
	} while (!err && pair != newest);
	return err;
}

static void drop_unseen(struct rows *rows)
{
	struct node *node, *next;

	HASH_ITER(hh, rows->nodes, node, next)
	if (node->seen != rows->makes)
		drop(rows, node);
}

static bool is_over(uint64_t now_ns, uint64_t since_ns)
{
	return now_ns < since_ns || now_ns - since_ns >= PLACE_NS;
}

/*
 * All rows give up their places at the same moments, so that there is peace in between; but none
 * that has come since the last one.
 */
static void place(struct rows *rows, struct node *node, const struct rows_how *how, bool anew,
		  bool due)
{
	bool is_new = node->shown != rows->makes - 1;

	if (anew || is_new || (due && is_over(how->now_ns, node->ranked_ns))) {
		node->rank = row_rank_of(how->order, &node->row);
		node->ranked_ns = how->now_ns;
	}
	node->shown = rows->makes;
	rows->ranked[rows->n++] =
		(struct ranked){.rank = node->rank, .seq = node->seq, .row = &node->row};
}

static int place_all(struct rows *rows, const struct rows_how *how, bool idle, bool anew)
{
	bool due = anew || is_over(how->now_ns, rows->ranked_ns);
	size_t n = HASH_COUNT(rows->nodes);

	if (n > rows->room) {
		struct ranked *more = reallocarray(rows->ranked, 2 * n, sizeof(*more));

		if (!more)
			return -ENOMEM;
		rows->ranked = more;
		rows->room = 2 * n;
	}
	if (due)
		rows->ranked_ns = how->now_ns;
	for (struct node *node = rows->nodes; node; node = node->hh.next) {
		rows->all += idle || node->any_active;
		if (!node->row.n_pairs || (!idle && !node->active))
			continue;
		sum_up_latencies(node);
		place(rows, node, how, anew, due);
	}
	rows_sort(rows->ranked, rows->n, how);
	return 0;
}

int rows_make(struct rows *rows, const struct live *live, const struct rows_how *how)
{
	int err, anew = note_how(rows, how);
	struct filter *filter;

	rows->n = rows->all = 0;
	rows->makes++;
	err = anew < 0 ? anew : filter_new(how->filter, how->names, &filter);
	if (err)
		return err;
	err = add_pairs(rows, live, how, filter);
	drop_unseen(rows);
	if (!err)
		err = place_all(rows, how, how->idle || filter_asks(filter), anew);
	filter_free(filter);
	return err;
}

size_t rows_n(const struct rows *rows)
{
	return rows->n;
}

size_t rows_all(const struct rows *rows)
{
	return rows->all;
}

const struct row *rows_at(const struct rows *rows, size_t index)
{
	return index < rows->n ? rows->ranked[index].row : NULL;
}
