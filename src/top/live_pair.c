// SPDX-License-Identifier: MIT
/* Without memory for one more bucket, a pair is not added; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "top/live_pair.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "format/dns.h"
#include "format/who.h"
#include "model/wanted.h"
#include "util/count.h"

/* Of struct live_pair: exe, container, container_name, unit, cgroup, name, and of names. */
#define PAIR_TEXTS (PAIR_NAMES + DNS_NAMES_MAX)
#define PAIR_NAME  5
#define PAIR_NAMES 6

/* A text of a pair: `before`, if there is a text. */
struct piece {
	const char *before, *text;
};

static struct pair_key key_of(const struct event *event)
{
	struct pair_key key = {.scope_id = event->dst.scope_id, .port = event->dst.port};

	memcpy(key.addr, event->dst.addr, sizeof(key.addr));
	if (event->has & EVENT_HAS_PROCESS) {
		key.has_process = true;
		key.pid = event->pid;
		key.process_start_ns = event->process_start_ns;
	}
	return key;
}

struct pair *pairs_find(const struct pairs *pairs, const struct event *event)
{
	struct pair_key key = key_of(event);
	struct pair *pair;

	HASH_FIND(hh, pairs->hash, &key, sizeof(key), pair);
	return pair;
}

struct pair *pairs_add(struct pairs *pairs, const struct event *event)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (!pair)
		return NULL;
	pair->key = key_of(event);
	HASH_ADD(hh, pairs->hash, key, sizeof(pair->key), pair);
	if (!pair->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(pair);
		return NULL;
	}
	pair->shown.has_process = pair->key.has_process;
	pair->shown.pid = pair->key.pid;
	pair->shown.process_start_ns = pair->key.process_start_ns;
	pair->shown.family = event->family;
	pair->shown.dst = event->dst;
	DL_PREPEND(pairs->list, &pair->shown);
	DL_APPEND(pairs->idle, pair);
	return pair;
}

void pairs_remove(struct pairs *pairs, struct pair *pair)
{
	HASH_DEL(pairs->hash, pair);
	DL_DELETE(pairs->list, &pair->shown);
	if (!pair->n_connections)
		DL_DELETE(pairs->idle, pair);
	pair_free(pair);
}

void pair_free(struct pair *pair)
{
	free(pair->texts);
	free(pair);
}

void pairs_touch(struct pairs *pairs, struct pair *pair, uint64_t time_ns)
{
	if (time_ns > pair->shown.last_ns)
		pair->shown.last_ns = time_ns;
	if (!pair->n_connections) {
		DL_DELETE(pairs->idle, pair);
		DL_APPEND(pairs->idle, pair);
	}
}

void pairs_hold(struct pairs *pairs, struct pair *pair)
{
	if (!pair->n_connections++)
		DL_DELETE(pairs->idle, pair);
}

void pairs_release(struct pairs *pairs, struct pair *pair)
{
	if (!--pair->n_connections)
		DL_APPEND(pairs->idle, pair);
}

static struct piece exe_of(const struct image *image)
{
	if (image->exe)
		return (struct piece){"", image->exe};
	if (image->exe_tail)
		return (struct piece){EXE_TAIL_PREFIX, image->exe_tail};
	return (struct piece){MEMFD_PREFIX, image->memfd};
}

/* Where the texts are pointed to, in the order of struct live_pair. */
static void texts_of(struct live_pair *shown, const char **ret[PAIR_TEXTS])
{
	ret[0] = &shown->exe;
	ret[1] = &shown->container;
	ret[2] = &shown->container_name;
	ret[3] = &shown->unit;
	ret[4] = &shown->cgroup;
	ret[PAIR_NAME] = &shown->name;
	for (size_t i = 0; i < DNS_NAMES_MAX; i++)
		ret[PAIR_NAMES + i] = &shown->names.names[i];
}

struct pair *pair_copy(const struct pair *pair)
{
	struct pair *copy = malloc(sizeof(*copy));
	const char **texts[PAIR_TEXTS];

	if (!copy)
		return NULL;
	*copy = *pair;
	if (!pair->texts)
		return copy;
	copy->texts = malloc(pair->texts_size);
	if (!copy->texts) {
		free(copy);
		return NULL;
	}
	memcpy(copy->texts, pair->texts, pair->texts_size);
	texts_of(&copy->shown, texts);
	for (size_t i = 0; i < PAIR_TEXTS; i++)
		if (*texts[i])
			*texts[i] = copy->texts + (*texts[i] - pair->texts);
	return copy;
}

static bool is_same(const char *text, struct piece piece)
{
	size_t before = strlen(piece.before);

	if (!text || !piece.text)
		return !text && !piece.text;
	return !strncmp(text, piece.before, before) && !strcmp(text + before, piece.text);
}

/* Without memory for the pieces, none is known. */
static void keep_texts(struct pair *pair, const char **const texts[PAIR_TEXTS],
		       const struct piece pieces[PAIR_TEXTS])
{
	char *block, *to;
	size_t size = 1;

	for (size_t i = 0; i < PAIR_TEXTS; i++)
		if (pieces[i].text)
			size += strlen(pieces[i].before) + strlen(pieces[i].text) + 1;
	block = to = malloc(size);
	for (size_t i = 0; i < PAIR_TEXTS; i++) {
		*texts[i] = pieces[i].text ? to : NULL;
		if (*texts[i])
			to = stpcpy(stpcpy(to, pieces[i].before), pieces[i].text) + 1;
	}
	free(pair->texts);
	pair->texts = block;
	pair->texts_size = size;
}

/* The same, and the label of the names. */
static void keep_all(struct pair *pair, const char **const texts[PAIR_TEXTS],
		     struct piece pieces[PAIR_TEXTS], const struct dns_names *names)
{
	char data[DNS_LABEL_MAX];
	struct buffer label = {.data = data, .cap = sizeof(data) - 1};

	if (names->n)
		dns_label(&label, names);
	data[label.len] = '\0';
	pieces[PAIR_NAME].text = names->n ? data : NULL;
	keep_texts(pair, texts, pieces);
	pair->shown.names.source = names->source;
	pair->shown.names.n = pair->texts ? names->n : 0;
}

static void add_dns_name(struct dns_names *names, const char *name)
{
	size_t at = 0;

	while (at < names->n && strcmp(names->names[at], name) < 0)
		at++;
	if (names->n == DNS_NAMES_MAX || (at < names->n && !strcmp(names->names[at], name)))
		return;
	memmove(&names->names[at + 1], &names->names[at], (names->n - at) * sizeof(name));
	names->names[at] = name;
	names->n++;
}

/*
 * Names of a later attempt stand beside those of before; but what others were answered is nothing
 * beside what the process was.
 */
static struct dns_names names_after(const struct dns_names *known, const struct dns_names *told)
{
	bool new_is_hint = told && told->source == DNS_FROM_HOST;
	struct dns_names names = {0};

	if (!told || (known->n && new_is_hint && known->source != DNS_FROM_HOST))
		return *known;
	names.source = told->source;
	for (size_t i = 0; i < told->n; i++)
		add_dns_name(&names, told->names[i]);
	for (size_t i = 0; i < known->n && (new_is_hint || known->source != DNS_FROM_HOST); i++)
		add_dns_name(&names, known->names[i]);
	return names;
}

/* What the event does not say stays, if its image or cgroup is the one that was known. */
static void name_texts(struct pair *pair, const struct event *event)
{
	bool same_image = event->exec_id == pair->exec_id;
	bool same_cgroup =
		event->cgroup_id == pair->shown.cgroup_id && event->cgroup1_id == pair->cgroup1_id;
	const struct cgroup *cgroup = event->cgroup;
	const struct dns_names none = {0}, *known = same_image ? &pair->shown.names : &none;
	const struct dns_names names = names_after(known, event->names);
	struct piece pieces[PAIR_TEXTS];
	const char **texts[PAIR_TEXTS];
	bool same = names.source == pair->shown.names.source;

	texts_of(&pair->shown, texts);
	for (size_t i = 0; i < PAIR_NAME; i++)
		pieces[i] = (struct piece){"", (i ? same_cgroup : same_image) ? *texts[i] : NULL};
	pieces[PAIR_NAME] = (struct piece){"", *texts[PAIR_NAME]};
	for (size_t i = 0; i < DNS_NAMES_MAX; i++)
		pieces[PAIR_NAMES + i] = (struct piece){"", names.names[i]};
	if (event->image)
		pieces[0] = exe_of(event->image);
	if (cgroup) {
		pieces[1].text =
			cgroup->container_id ? cgroup->container_id : cgroup->container_name;
		pieces[2].text = who_container_name(event);
		pieces[3].text = cgroup->unit;
		pieces[4].text = cgroup->path;
	}
	for (size_t i = 0; i < PAIR_TEXTS; i++)
		same = same && is_same(*texts[i], pieces[i]);
	if (!same)
		keep_all(pair, texts, pieces, &names);
}

static bool is_of_process(const struct pair *pair, const struct event *event)
{
	const struct pair_key key = key_of(event);

	return key.has_process == pair->key.has_process && key.pid == pair->key.pid &&
	       key.process_start_ns == pair->key.process_start_ns;
}

/* An event has the names of when its attempt began: the latest attempt's are the latest image's. */
void pair_name(struct pair *pair, const struct event *event)
{
	struct live_pair *shown = &pair->shown;

	if (event->start_ns < pair->named_ns || !is_of_process(pair, event))
		return;
	name_texts(pair, event);
	pair->named_ns = event->start_ns;
	pair->exec_id = event->exec_id;
	shown->cgroup_id = event->has & EVENT_HAS_CGROUP ? event->cgroup_id : 0;
	pair->cgroup1_id = event->cgroup1_id;
	if (!shown->has_process)
		return;
	shown->uid = event->uid;
	memset(shown->comm, 0, sizeof(shown->comm));
	memcpy(shown->comm, event->comm, strnlen(event->comm, sizeof(shown->comm) - 1));
}

static void sum_latencies(struct pair *pair)
{
	struct live_pair *shown = &pair->shown;

	shown->p50_ns = latencies_percentile(&pair->latencies, 50);
	shown->p90_ns = latencies_percentile(&pair->latencies, 90);
	shown->p99_ns = latencies_percentile(&pair->latencies, 99);
	shown->max_ns = pair->latencies.max_ns;
	pair->latencies_changed = false;
}

static void show_weight(struct pair *pair)
{
	double weight = pair->weight + pair->weight_since;

	pair->shown.weight = weight < UINT32_MAX ? (uint32_t)(weight + 0.5) : UINT32_MAX;
}

void pair_weigh(struct pair *pair, uint64_t begun, uint64_t failed)
{
	add_count(&pair->weight_since, begun);
	add_count(&pair->weight_since,
		  failed < UINT32_MAX ? failed * WEIGHT_OF_FAILURE : UINT32_MAX);
	show_weight(pair);
}

void pair_tick(struct pair *pair, double decay)
{
	struct live_pair *shown = &pair->shown;

	if (pair->latencies_changed)
		sum_latencies(pair);
	memmove(shown->history, shown->history + 1,
		sizeof(shown->history) - sizeof(shown->history[0]));
	shown->history[LIVE_HISTORY - 1] = pair->interval.begun;
	shown->last = pair->interval;
	pair->interval = (struct live_interval){0};
	pair->weight = pair->weight * decay + pair->weight_since;
	pair->weight_since = 0;
	show_weight(pair);
	shown->tx_rate = shown->rx_rate = 0;
}
