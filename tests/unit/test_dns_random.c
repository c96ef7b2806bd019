// SPDX-License-Identifier: MIT
/* Many answers and attempts: the names are those that a plain list of all answers gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dns/known.h"
#include "unit/dns_message.h"
#include "unit/random.h"

#define SECOND 1000000000ull
#define NEVER  UINT64_MAX

#define STEPS	  400
#define SEEDS	  20
#define NAMES	  7
#define PIDS	  3
#define EXECS	  2
#define ADDRESSES 2

struct answer {
	uint32_t pid, exec_id;
	uint64_t time_ns, ttl_s;
	unsigned int name, addr;
};

static struct answer answers[STEPS];
static size_t n_answers;
static uint64_t seed;

static unsigned int below(unsigned int n)
{
	return next_random(&seed) % n;
}

/* Processes are born one after the other, each the child of the one before it. */
static uint64_t start_of(uint32_t pid)
{
	return pid * 1000 * SECOND;
}

static const char *name_of(unsigned int name)
{
	static const char *const names[NAMES] = {"a", "b", "c", "d", "e", "f", "g"};

	return names[name];
}

static void tell(struct known *known, const struct answer *answer)
{
	struct message_bytes message = message_of(name_of(answer->name), ns_t_a);
	union dns_bytes bytes;

	put_a(&message, NULL, (uint32_t)answer->ttl_s, (uint8_t)answer->addr);
	bytes = dns_sample(answer->time_ns, &message);
	bytes.record.pid = answer->pid;
	bytes.record.exec_id = answer->exec_id;
	bytes.record.process_start_ns = start_of(answer->pid);
	assert_int_equal(known_record(known, &bytes, bytes.record.head.size), 0);
}

/* What an image has of an address at the end of all answers. */
struct had {
	uint64_t first_ns, last_ns, until_ns, valid_ns; /* last_ns 0: it has no such name */
};

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Which name of n is the one that was answered longest ago; NAMES if fewer than n are there. */
static unsigned int oldest_of(const struct had had[NAMES], unsigned int n)
{
	unsigned int oldest = NAMES, there = 0;

	for (unsigned int i = 0; i < NAMES; i++) {
		if (!had[i].last_ns)
			continue;
		there++;
		if (oldest == NAMES || had[i].last_ns < had[oldest].last_ns)
			oldest = i;
	}
	return there < n ? NAMES : oldest;
}

/* Goes through all answers. Returns until when one that was given up may have been valid. */
static uint64_t go_through(uint32_t pid, uint32_t exec_id, unsigned int addr, struct had had[NAMES])
{
	uint64_t lost_ns = 0;

	memset(had, 0, NAMES * sizeof(*had));
	for (size_t i = 0; i < n_answers; i++) {
		const struct answer *answer = &answers[i];
		uint64_t ttl_s = answer->ttl_s < 5 ? 5 : answer->ttl_s;
		struct had *name = &had[answer->name];
		unsigned int oldest = oldest_of(had, 4);

		if (answer->pid != pid || answer->exec_id != exec_id || answer->addr != addr)
			continue;
		if (!name->last_ns && oldest < NAMES) {
			lost_ns = later(lost_ns, had[oldest].until_ns);
			had[oldest].last_ns = 0;
		}
		if (!name->last_ns) {
			*name = (struct had){.first_ns = answer->time_ns};
		} else if (answer->time_ns > name->until_ns) {
			lost_ns = later(lost_ns, name->until_ns);
			name->first_ns = answer->time_ns;
		}
		name->last_ns = answer->time_ns;
		name->until_ns = later(name->until_ns, answer->time_ns + (ttl_s + 60) * SECOND);
		name->valid_ns = later(name->valid_ns, (ttl_s + 60) * SECOND);
	}
	return lost_ns;
}

/* Writes the names that fit, the last one first. Returns whether there are any, told or not. */
static bool expect(uint32_t pid, const struct event *event, uint64_t before_ns, uint64_t *lost_ns,
		   char *said)
{
	struct had had[NAMES];
	uint64_t lost = go_through(pid, event->exec_id, event->dst.addr[15], had);
	unsigned int n = 0;
	char *end = said;

	*lost_ns = later(lost, *lost_ns);
	for (uint64_t last = NEVER;; n++) {
		unsigned int next = NAMES;

		for (unsigned int i = 0; i < NAMES; i++)
			if (had[i].last_ns && had[i].last_ns < last &&
			    had[i].first_ns <= event->start_ns && had[i].first_ns <= before_ns &&
			    event->start_ns <= had[i].until_ns &&
			    (before_ns == NEVER ||
			     event->start_ns <= before_ns + had[i].valid_ns) &&
			    (next == NAMES || had[i].last_ns > had[next].last_ns))
				next = i;
		if (next == NAMES)
			break;
		last = had[next].last_ns;
		end = stpcpy(end, name_of(next));
	}
	*end = '\0';
	if (n < DNS_NAMES_MAX && event->start_ns <= *lost_ns)
		*said = '\0';
	return n;
}

static void compare(struct known *known, const struct event *event)
{
	char expected[NAMES + 1] = "", found[NAMES + 1] = "";
	uint64_t lost_ns = 0;
	struct dns_names names;

	if (!expect(event->pid, event, NEVER, &lost_ns, expected) && event->image)
		expect(event->pid - 1, event, event->process_start_ns, &lost_ns, expected);
	if (known_find(known, event, &names))
		for (size_t i = 0; i < names.n; i++)
			strcat(found, names.names[i]);
	assert_string_equal(found, expected);
}

static void attempt(struct known *known, uint64_t now_ns)
{
	const uint32_t pid = 2 + below(PIDS);
	const struct image image = {
		.ancestors = {{.pid = pid - 1, .start_ns = start_of(pid - 1)}},
		.n_ancestors = 1,
	};
	const struct event event = {
		.has = EVENT_HAS_PROCESS,
		.start_ns = now_ns - below(3) * below(60) * SECOND,
		.process_start_ns = start_of(pid),
		.pid = pid,
		.exec_id = below(EXECS),
		.dst.addr = {[10] = 0xff, 0xff, 192, 0, 2, (uint8_t)below(ADDRESSES)},
		.image = below(4) ? &image : NULL,
	};

	compare(known, &event);
}

static void names_are_those_of_a_plain_list(void **state)
{
	(void)state;
	for (unsigned int run = 0; run < SEEDS; run++) {
		uint64_t now_ns = 1000 * SECOND;
		unsigned int n_names = 1 + run % NAMES, n = STEPS;
		struct known *known;

		seed = run;
		n_answers = 0;
		assert_int_equal(known_new(false, &known), 0);
		while (n--) {
			now_ns += 1 + below(4) * below(30) * SECOND;
			answers[n_answers] = (struct answer){
				.pid = 1 + below(PIDS + 1),
				.exec_id = below(EXECS),
				.time_ns = now_ns,
				.ttl_s = below(2) ? below(10) : below(900),
				.name = below(n_names),
				.addr = below(ADDRESSES),
			};
			tell(known, &answers[n_answers++]);
			for (unsigned int i = 0; i < 5; i++)
				attempt(known, now_ns);
		}
		known_free(known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
