// SPDX-License-Identifier: MIT
#include "commands/unheld.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util/log.h"
#include "util/netns.h"

#define NOT_SHOWN "what no process holds there is not shown"

/* So many numbers are said in a message. */
#define NUMBERS_MAX 8

struct asking {
	struct unheld *unheld;
	struct probe *probe;
	probe_record_fn *record;
	void *ctx;
	struct error *error;
};

static bool has_number(const struct vector *numbers, uint32_t number)
{
	const uint32_t *items = numbers->items;

	for (size_t i = 0; i < numbers->n; i++)
		if (items[i] == number)
			return true;
	return false;
}

/* A number that finds no memory is only said once more, or not at all. */
static void add_number(struct vector *numbers, uint32_t number)
{
	if (!has_number(numbers, number))
		vector_push(numbers, &number, sizeof(number));
}

static bool wants_netns(const struct config *config, uint32_t inum)
{
	for (uint32_t i = 0; i < config->n_netns_left_out; i++)
		if (config->netns_left_out[i] == inum)
			return false;
	return !config->netns || config->netns == inum;
}

static bool wants(void *ctx, uint32_t inum)
{
	const struct asking *asking = ctx;

	return wants_netns(asking->unheld->config, inum);
}

static int inside(void *ctx, uint32_t inum)
{
	struct asking *asking = ctx;

	add_number(&asking->unheld->visited, inum);
	return probe_sockets(asking->probe, asking->record, asking->ctx, asking->error);
}

static void refused(void *ctx, uint32_t inum, int err)
{
	struct unheld *unheld = ((struct asking *)ctx)->unheld;

	add_number(&unheld->refused, inum);
	unheld->err = err;
}

static void untold(void *ctx, uint32_t pid, int err)
{
	struct unheld *unheld = ((struct asking *)ctx)->unheld;

	unheld->untold++;
	unheld->untold_pid = pid;
	unheld->untold_err = err;
}

int unheld_ask(struct unheld *unheld, struct probe *probe, probe_record_fn *record, void *ctx,
	       struct error *error)
{
	struct asking asking = {unheld, probe, record, ctx, error};
	const struct netns_visit visit = {.ctx = &asking,
					  .wants = wants,
					  .inside = inside,
					  .refused = refused,
					  .untold = untold};
	int err;

	unheld->untold = 0;
	error->text[0] = '\0';
	err = netns_visit_all(&visit);
	if (err && !error->text[0])
		error_set(error, err, "cannot visit the network namespaces: %s", strerror(-err));
	return err;
}

int unheld_note(struct unheld *unheld, uint64_t socket)
{
	return vector_push(&unheld->before, &socket, sizeof(socket));
}

static int compare_sockets(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void unheld_sort(struct unheld *unheld)
{
	if (unheld->before.n)
		qsort(unheld->before.items, unheld->before.n, sizeof(uint64_t), compare_sockets);
}

bool unheld_was_there(const struct unheld *unheld, uint64_t socket)
{
	return unheld->before.n && bsearch(&socket, unheld->before.items, unheld->before.n,
					   sizeof(socket), compare_sockets);
}

/* "4026532281, 4026532345", in at most NUMBERS_MAX of them. */
static void join_numbers(const struct vector *numbers, char *out, size_t size)
{
	const uint32_t *items = numbers->items;
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < numbers->n && i < NUMBERS_MAX; i++)
		len += (size_t)snprintf(out + len, size - len, "%s%" PRIu32, i ? ", " : "",
					items[i]);
	if (numbers->n > NUMBERS_MAX)
		snprintf(out + len, size - len, " and %zu more", numbers->n - NUMBERS_MAX);
}

/* Those that processes have sockets in, but no process is in, and that are mounted nowhere. */
static void find_unreached(const struct unheld *unheld, const struct vector *with_sockets,
			   struct vector *ret)
{
	const uint32_t *items = with_sockets->items;

	for (size_t i = 0; i < with_sockets->n; i++)
		if (wants_netns(unheld->config, items[i]) &&
		    !has_number(&unheld->visited, items[i]) &&
		    !has_number(&unheld->refused, items[i]))
			add_number(ret, items[i]);
}

/* Who is in others is nothing to who asks for one namespace, once that is found. */
static void say_untold(const struct unheld *unheld)
{
	uint32_t only = unheld->config->netns;
	char n[64] = "process";

	if (!unheld->untold || (only && has_number(&unheld->visited, only)))
		return;
	if (unheld->untold > 1)
		snprintf(n, sizeof(n), "%" PRIu32 " processes, the last of them", unheld->untold);
	log_warning("cannot tell the network namespace of %s %" PRIu32
		    ": %s; if nothing else is in it, " NOT_SHOWN,
		    n, unheld->untold_pid, strerror(-unheld->untold_err));
}

void unheld_say(const struct unheld *unheld, const struct vector *with_sockets)
{
	struct vector unreached = {0};
	char numbers[NUMBERS_MAX * 12 + 32];

	if (unheld->refused.n) {
		join_numbers(&unheld->refused, numbers, sizeof(numbers));
		log_warning("cannot enter network namespace %s: %s; " NOT_SHOWN, numbers,
			    strerror(-unheld->err));
	}
	say_untold(unheld);
	find_unreached(unheld, with_sockets, &unreached);
	if (unreached.n) {
		join_numbers(&unreached, numbers, sizeof(numbers));
		log_warning("no process is in network namespace %s, in which there are sockets, "
			    "and it is not mounted here; " NOT_SHOWN,
			    numbers);
	}
	vector_free(&unreached);
}

void unheld_free(struct unheld *unheld)
{
	vector_free(&unheld->visited);
	vector_free(&unheld->refused);
	vector_free(&unheld->before);
}
