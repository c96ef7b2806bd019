// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "contract/event.h"
#include "probe/btf.h"
#include "probe/kernel.h"
#include "probe/kfunc.h"
#include "probe/loader.h"
#include "probe/object.h"

/*
 * The programs, in the order in which they are attached; of copies at one tracepoint, the first
 * attached runs first. Nothing is tracked before all are there: see enum phase.
 */
struct program {
	const char *name, *tracepoint; /* NULL: another copy names it */
	bool (*wanted)(const struct probe_options *options);
	enum {
		COPIED, /* what the kernel skips of it, another program does */
		SINGLE, /* what the kernel skips of it is lost, unless it is counted as caught */
	} skipped;
	bool classic; /* of tracefs: its arguments have no types, with or without BTF */
};

static bool always(const struct probe_options *options)
{
	(void)options;
	return true;
}

/* One copy more; its tracepoint is found through tracefs. */
static bool is_preempted(const struct probe_options *options)
{
	return !options->btf_path && kernel_preempts() && kernel_tracefs();
}

static bool wants_retry(const struct probe_options *options)
{
	return options->config.events & EVENT_BIT(EVENT_RETRY);
}

static bool wants_follow(const struct probe_options *options)
{
	return options->config.follow;
}

static bool wants_syscalls(const struct probe_options *options)
{
	return options->config.syscalls;
}

static bool wants_second_exit(const struct probe_options *options)
{
	return wants_syscalls(options) && is_preempted(options);
}

static const struct program programs[] = {
	{"follow_fork", "sched_process_fork", wants_follow, SINGLE, false},
	{"follow_exit", "sched_process_exit", wants_follow, SINGLE, false},
	{"retry_first", "tcp_retransmit_skb", wants_retry, COPIED, false},
	{"retry_second", NULL, wants_retry, COPIED, false},
	{"state_perf", NULL, is_preempted, COPIED, true},
	{"state_first", "inet_sock_set_state", always, COPIED, false},
	{"state_second", NULL, always, COPIED, false},
	{"connect_exit", "sys_exit_connect", wants_syscalls, SINGLE, true},
	{"connect_exit_second", NULL, wants_second_exit, COPIED, true},
	{"connect_enter", "sys_enter_connect", wants_syscalls, COPIED, true},
};

#define N_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

struct probe {
	struct bpf_object *object;
	struct bpf_program *pending; /* the iterator: run once */
	struct bpf_link *links[N_PROGRAMS];
	struct bpf_program *progs[N_PROGRAMS]; /* NULL: not loaded */
	struct shared *shared;		       /* the object's, mapped */
	size_t shared_size;
	int followed_fd, ring_fd;
	char tracepoints[256];
};

static int fail(char *error, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(char *error, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error, PROBE_ERROR_MAX, format, args);
	va_end(args);
	return err;
}

static int libbpf_say(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return vfprintf(stderr, format, args);
}

static int find_program(struct probe *probe, const char *path, const char *name,
			struct bpf_program **ret, char *error)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(probe->object, name);

	if (!prog)
		return fail(
			error, -ENOEXEC,
			"%s has no program \"%s\": it is not a tpconnect object, or one of another "
			"version; build it with scripts/build.sh",
			path ? path : "the built-in object", name);
	*ret = prog;
	return 0;
}

static int find_programs(struct probe *probe, const char *path, char *error)
{
	int err = find_program(probe, path, "pending_file", &probe->pending, error);

	for (size_t i = 0; !err && i < N_PROGRAMS; i++)
		err = find_program(probe, path, programs[i].name, &probe->progs[i], error);
	return err;
}

/* A map of the object, with values of that size (0: any); NULL if there is none. */
static struct bpf_map *find_map(struct probe *probe, const char *name, size_t value_size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(probe->object, name);

	return map && (!value_size || bpf_map__value_size(map) == value_size) ? map : NULL;
}

/* The filters that are sets of keys: each is a map of the object. */
struct filter {
	const char *map;
	size_t key_size;
	size_t option; /* where in struct probe_options the keys are */
};

#define FILTER(name, size)                                                                         \
	{                                                                                          \
#name, size, offsetof(struct probe_options, name)                                  \
	}

static const struct filter filters[] = {
	FILTER(pids, sizeof(uint32_t)),
	FILTER(uids, sizeof(uint32_t)),
	FILTER(comms, COMM_LEN),
	FILTER(networks, sizeof(struct config_network)),
};

#define N_FILTERS (sizeof(filters) / sizeof(filters[0]))

static const struct vector *filter_keys(const struct filter *filter,
					const struct probe_options *options)
{
	return *(const struct vector *const *)((const char *)options + filter->option);
}

static bool has_all_maps(struct probe *probe)
{
	bool all = find_map(probe, ".rodata", sizeof(struct config)) &&
		   find_map(probe, ".bss", sizeof(struct shared)) && find_map(probe, "events", 0) &&
		   find_map(probe, "conns", 0) && find_map(probe, "places", 0) &&
		   find_map(probe, "followed", 1) && find_map(probe, "calls", 0) &&
		   find_map(probe, "calls_by_tid", 0);

	for (size_t i = 0; i < N_FILTERS; i++)
		all = all && find_map(probe, filters[i].map, 1);
	return all;
}

/* The second copy of a program is at the tracepoint of the first. */
static const char *tracepoint_of(size_t i)
{
	return programs[i].tracepoint ? programs[i].tracepoint : programs[i - 1].tracepoint;
}

/* The object's raw tracepoints become BTF tracepoints: the same arguments, with their types. */
static int make_typed(struct bpf_program *prog, const char *tracepoint)
{
	bpf_program__set_type(prog, BPF_PROG_TYPE_TRACING);
	bpf_program__set_expected_attach_type(prog, BPF_TRACE_RAW_TP);
	return bpf_program__set_attach_target(prog, 0, tracepoint);
}

/* cast: the id of bpf_rdonly_cast(); negative: there is none. */
static int put_casts(struct probe *probe, int cast, char *error)
{
	int err = 0;

	for (size_t i = 0; cast > 0 && !err && i < N_PROGRAMS; i++)
		err = kfunc_put(probe->progs[i], CALL_RDONLY_CAST, cast);
	if (cast > 0 && !err)
		err = kfunc_put(probe->pending, CALL_RDONLY_CAST, cast);
	return err ? fail(error, err, "cannot prepare the BPF programs: %s", strerror(-err)) : 0;
}

/* Which of the programs are loaded, and as what. */
static int choose_programs(struct probe *probe, const struct probe_options *options, char *error)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		bool wanted = programs[i].wanted(options);
		int err = 0;

		bpf_program__set_autoload(probe->progs[i], wanted);
		if (wanted && !options->btf_path && !programs[i].classic)
			err = make_typed(probe->progs[i], tracepoint_of(i));
		if (err)
			return fail(error, err, "cannot find %s in the kernel's BTF: %s",
				    tracepoint_of(i), strerror(-err));
	}
	/* Iterators are of the kernel's own BTF. */
	bpf_program__set_autoload(probe->pending, !options->btf_path);
	return 0;
}

static int configure(struct probe *probe, const struct probe_options *options, char *error)
{
	int cast = options->btf_path ? -ENOENT : kfunc_find("bpf_rdonly_cast");
	struct config config = options->config;
	int err;

	if (!has_all_maps(probe))
		return fail(error, -ENOEXEC,
			    "%s lacks a map of tpconnect's: it is an object of another version; "
			    "build it with scripts/build.sh",
			    options->object_path ? options->object_path : "the built-in object");
	config.wakeup_size = options->ring_size / 8;
	config.typed = !options->btf_path;
	config.casts = cast > 0;
	config.preempted = is_preempted(options);
	config.task_storage = config.typed && kernel_has_task_storage();
	bpf_map__set_autocreate(find_map(probe, "calls", 0), config.task_storage);
	bpf_map__set_autocreate(find_map(probe, "calls_by_tid", 0), !config.task_storage);
	bpf_map__set_initial_value(find_map(probe, ".rodata", 0), &config, sizeof(config));
	bpf_map__set_max_entries(find_map(probe, "events", 0), options->ring_size);
	for (size_t i = 0; i < N_FILTERS; i++) {
		size_t n = filter_keys(&filters[i], options)->n;

		bpf_map__set_max_entries(find_map(probe, filters[i].map, 1), n ? n : 1);
	}
	err = put_casts(probe, cast, error);
	return err ? err : choose_programs(probe, options, error);
}

static int map_shared(struct probe *probe)
{
	struct bpf_map *bss = find_map(probe, ".bss", 0);
	size_t page = sysconf(_SC_PAGESIZE);

	probe->shared_size = (bpf_map__value_size(bss) + page - 1) / page * page;
	probe->shared = mmap(NULL, probe->shared_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			     bpf_map__fd(bss), 0);
	if (probe->shared == MAP_FAILED) {
		probe->shared = NULL;
		return -errno;
	}
	return 0;
}

static int fill_filter(struct probe *probe, const struct filter *filter, const struct vector *keys)
{
	int fd = bpf_map__fd(find_map(probe, filter->map, 1));
	const uint8_t yes = 1;

	for (size_t i = 0; i < keys->n; i++)
		if (bpf_map_update_elem(fd, (char *)keys->items + i * filter->key_size, &yes,
					BPF_ANY))
			return -errno;
	return 0;
}

static int load(struct probe *probe, const struct probe_options *options, char *error)
{
	int err = bpf_object__load(probe->object);

	if (err)
		return fail(error, err, "the kernel refused the BPF programs: %s", strerror(-err));
	probe->followed_fd = bpf_map__fd(find_map(probe, "followed", 1));
	probe->ring_fd = bpf_map__fd(find_map(probe, "events", 0));
	err = map_shared(probe);
	for (size_t i = 0; !err && i < N_FILTERS; i++)
		err = fill_filter(probe, &filters[i], filter_keys(&filters[i], options));
	if (err)
		return fail(error, err, "cannot set up the BPF maps: %s", strerror(-err));
	return 0;
}

static struct bpf_link *attach_program(struct bpf_program *prog, size_t i, bool typed)
{
	return typed && !programs[i].classic ? bpf_program__attach_trace(prog)
					     : bpf_program__attach(prog);
}

static int attach(struct probe *probe, const struct probe_options *options, char *error)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		if (!programs[i].wanted(options)) {
			probe->progs[i] = NULL;
			continue;
		}
		probe->links[i] = attach_program(probe->progs[i], i, !options->btf_path);
		if (!probe->links[i])
			return fail(error, -errno, "cannot attach %s: %s", programs[i].name,
				    errno == E2BIG ? "the kernel allows no more programs at its "
						     "tracepoint; stop another tracer"
						   : strerror(errno));
		if (programs[i].tracepoint) {
			size_t len = strlen(probe->tracepoints);

			snprintf(probe->tracepoints + len, sizeof(probe->tracepoints) - len, "%s%s",
				 len ? "," : "", programs[i].tracepoint);
		}
	}
	return 0;
}

/* Runs the iterator: reading its (empty) output to the end is what makes it visit every file. */
static int note_pending(struct probe *probe, char *error)
{
	struct bpf_link *link = bpf_program__attach_iter(probe->pending, NULL);
	int fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	int err = fd < 0 ? -errno : 0;
	char none[64];
	ssize_t n = 0;

	while (!err && (n = read(fd, none, sizeof(none))) != 0)
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			err = -errno;
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	return err ? fail(error, err, "cannot look for attempts under way: %s", strerror(-err)) : 0;
}

int probe_open(const struct probe_options *options, struct probe **ret, char *error)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int err;

	if (!probe)
		return fail(error, -ENOMEM, "out of memory");
	libbpf_set_print(options->verbose ? libbpf_say : NULL);
	if (options->btf_path && btf_check(options->btf_path, error, PROBE_ERROR_MAX))
		err = -ENOEXEC; /* nor will a change of the host mend that */
	else
		err = object_open(options->object_path, options->btf_path, &probe->object, error);
	if (!err)
		err = find_programs(probe, options->object_path, error);
	if (!err)
		err = configure(probe, options, error);
	if (!err)
		err = load(probe, options, error);
	if (!err)
		err = attach(probe, options, error);
	if (!err) {
		*(volatile __u32 *)&probe->shared->phase = PHASE_TRACKING;
		err = options->btf_path ? 0 : note_pending(probe, error);
	}
	if (err) {
		probe_close(probe);
		return err;
	}
	/* Else a result of nothing known may be that of an attempt of before. */
	if (!options->btf_path)
		*(volatile __u32 *)&probe->shared->phase = PHASE_COMPLETE;
	*ret = probe;
	return 0;
}

void probe_detach(struct probe *probe)
{
	if (probe->shared)
		*(volatile __u32 *)&probe->shared->phase = PHASE_IDLE;
	for (size_t i = N_PROGRAMS; i-- > 0;) {
		bpf_link__destroy(probe->links[i]);
		probe->links[i] = NULL;
	}
}

void probe_close(struct probe *probe)
{
	if (!probe)
		return;
	probe_detach(probe);
	if (probe->shared)
		munmap(probe->shared, probe->shared_size);
	bpf_object__close(probe->object);
	free(probe);
}

int probe_follow(struct probe *probe, uint32_t pid)
{
	const uint8_t yes = 1;

	return bpf_map_update_elem(probe->followed_fd, &pid, &yes, BPF_ANY) ? -errno : 0;
}

/* How often the kernel found a program running already and skipped it; since Linux 5.12. */
static uint64_t recursion_misses(const struct bpf_program *prog)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &size))
		return 0;
	return info.recursion_misses;
}

/* What is lost because the kernel skipped programs; caught: what is not. */
static uint64_t missed_programs(struct probe *probe, uint64_t caught)
{
	uint64_t lost = 0;

	for (size_t i = 0; i < N_PROGRAMS; i++)
		if (probe->progs[i] && programs[i].skipped == SINGLE)
			lost += recursion_misses(probe->progs[i]);
	return lost > caught ? lost - caught : 0;
}

void probe_counters(struct probe *probe, struct counters *ret)
{
	struct counters sum = {};

	for (size_t cpu = 0; cpu < COUNTER_SLOTS; cpu++) {
		const volatile struct counters *slot = &probe->shared->counters[cpu];

		sum.sent += slot->sent;
		sum.ring += slot->ring;
		sum.missed += slot->missed;
		sum.state += slot->state;
		sum.unmatched += slot->unmatched;
		sum.caught += slot->caught;
	}
	sum.missed += missed_programs(probe, sum.caught);
	*ret = sum;
}

uint64_t probe_tracked(struct probe *probe)
{
	struct bpf_map *places = find_map(probe, "places", 0);
	uint64_t place[bpf_map__value_size(places) / sizeof(uint64_t)];
	uint64_t n = probe->shared->hashed;

	for (uint32_t i = 0; i < bpf_map__max_entries(places); i++)
		if (!bpf_map_lookup_elem(bpf_map__fd(places), &i, place) && place[0])
			n++; /* its key, which is first: bpf/tracked.bpf.h */
	return n;
}

int probe_ring_fd(const struct probe *probe)
{
	return probe->ring_fd;
}

const char *probe_tracepoints(const struct probe *probe)
{
	return probe->tracepoints;
}
