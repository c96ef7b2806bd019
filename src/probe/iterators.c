// SPDX-License-Identifier: MIT
#include "probe/iterators.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "probe/kernel.h"
#include "probe/records.h"
#include "util/cleanup.h"
#include "util/clock.h"

#define MAP_ITERATOR "bpf_iter_bpf_map_elem"

/* Iterators are of the kernel's own BTF. */
static bool has_btf(const struct request *request)
{
	return !request->btf_path;
}

static bool wants_open(const struct request *request)
{
	return has_btf(request) && !request->no_snapshot;
}

/* Iterators over maps (a5cbe05a6673), and over TCP sockets (52d87d5f6418): since Linux 5.9. */
static bool has_others(const struct request *request)
{
	return has_btf(request) && kernel_version() >= KERNEL(5, 9);
}

static bool can_sweep(const struct request *request)
{
	return has_others(request) && !request->only_open;
}

static bool wants_sockets(const struct request *request)
{
	return has_others(request) && request->only_open;
}

static bool wants_gauges(const struct request *request)
{
	return has_others(request) && request->gauges;
}

static const struct {
	const char *name, *function;
	bool (*wanted)(const struct request *request);
} table[N_ITERATORS] = {
	[ITERATOR_OPEN] = {"open_file", "bpf_iter_task_file", wants_open},
	[ITERATOR_SWEEP_SLOTS] = {"sweep_slots", MAP_ITERATOR, can_sweep},
	[ITERATOR_SWEEP_OVERFLOW] = {"sweep_overflow", MAP_ITERATOR, can_sweep},
	[ITERATOR_SOCKETS] = {"orphan_socket", "bpf_iter_tcp", wants_sockets},
	[ITERATOR_GAUGE_SLOTS] = {"gauge_slots", MAP_ITERATOR, wants_gauges},
	[ITERATOR_GAUGE_OVERFLOW] = {"gauge_overflow", MAP_ITERATOR, wants_gauges},
	[ITERATOR_GAUGE_FILES] = {"gauge_files", "bpf_iter_task_file", wants_gauges},
};

const char *iterator_name(enum iterator iterator)
{
	return table[iterator].name;
}

const char *iterator_function(enum iterator iterator)
{
	return table[iterator].function;
}

bool iterator_wanted(enum iterator iterator, const struct request *request)
{
	return table[iterator].wanted(request);
}

/*
 * A policy that refuses one over maps refuses all of them; tracing does without. Those that are
 * come before what stands in for them.
 */
static bool is_allowed(struct iterators *iterators, size_t i)
{
	if (i == ITERATOR_GAUGE_FILES)
		return iterators->maps_refused;
	if (strcmp(table[i].function, MAP_ITERATOR) != 0)
		return true;
	if (!iterators->maps_refused)
		iterators->maps_refused = kernel_refuses_iterator(iterators->type_ids[i]);
	return !iterators->maps_refused;
}

int iterators_choose(struct iterators *iterators, const struct request *request)
{
	int err = 0;

	for (size_t i = 0; !err && i < N_ITERATORS; i++) {
		bool wanted = table[i].wanted(request) && is_allowed(iterators, i);

		err = bpf_program__set_autoload(iterators->progs[i], wanted);
		if (!wanted)
			iterators->progs[i] = NULL;
	}
	return err;
}

bool iterator_is_loaded(const struct iterators *iterators, enum iterator iterator)
{
	return iterators->progs[iterator];
}

/* Waits longer for each try that follows one without output: 1, 4, 16 ms. */
static void wait_again(unsigned int tries)
{
	const struct timespec pause = {.tv_nsec = 1000000l << (tries < 2 ? 2 * tries : 4)};

	nanosleep(&pause, NULL);
}

/*
 * EAGAIN: the program has put off an object that somebody was at work on; or the kernel has gone
 * through a million objects of which nothing was written.
 */
static int read_all(int fd, struct records *records, probe_record_fn *record, void *ctx)
{
	unsigned int tries = 0;

	for (;;) {
		ssize_t n = read(fd, records_place(records), RECORDS_READ);
		int err;

		if (!n)
			return records_are_whole(records) ? 0 : -EBADMSG;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (n < 0) {
			if (errno == EAGAIN)
				wait_again(tries++);
			continue;
		}
		tries = 0;
		err = records_take(records, (size_t)n, record, ctx);
		if (err)
			return err;
	}
}

static int run(struct bpf_program *prog, const struct bpf_map *map, probe_record_fn *record,
	       void *ctx)
{
	union bpf_iter_link_info info = {.map.map_fd = map ? (__u32)bpf_map__fd(map) : 0};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	_cleanup_free_ struct records *records = calloc(1, sizeof(*records));
	struct bpf_link *link;
	int fd, err;

	if (!records)
		return -ENOMEM;
	link = bpf_program__attach_iter(prog, map ? &opts : NULL);
	fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	err = fd < 0 ? -errno : read_all(fd, records, record, ctx);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err;
}

int iterator_run(const struct iterators *iterators, enum iterator iterator,
		 const struct bpf_map *map, probe_record_fn *record, void *ctx, struct error *error)
{
	int err;

	if (!iterators->progs[iterator])
		return 0;
	err = run(iterators->progs[iterator], map, record, ctx);
	return err ? error_set(error, err, "cannot run %s: %s", table[iterator].name,
			       strerror(-err))
		   : 0;
}
