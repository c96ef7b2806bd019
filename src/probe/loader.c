// SPDX-License-Identifier: MIT
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "contract/told.h"
#include "probe/btf.h"
#include "probe/filters.h"
#include "probe/follow.h"
#include "probe/kernel.h"
#include "probe/object.h"
#include "probe/probe.h"
#include "util/array.h"
#include "probe/types.h"
#include "util/clock.h"
#include "util/log.h"

static int libbpf_say_all(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	log_library(format, args);
	return 0;
}

/* What it does step by step takes thousands of lines. */
static int libbpf_say(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : libbpf_say_all(level, format, args);
}

static bool has_all_maps(struct probe *probe)
{
	return probe_map(probe, ".rodata", sizeof(struct config)) &&
	       probe_map(probe, ".bss", sizeof(struct shared)) && probe_map(probe, "ring", 0) &&
	       probe_map(probe, "overflow", 0) && probe_map(probe, "slots", 0) &&
	       probe_map(probe, "followed", 1) && probe_map(probe, "calls", 0) &&
	       probe_map(probe, "told", sizeof(struct told_line)) &&
	       probe_map(probe, "calls_by_tid", 0) && probe_map(probe, "untracked_calls", 0) &&
	       probe_map(probe, "executed", 0) && probe_map(probe, "lineages", 0) &&
	       probe_map(probe, "dns_askers", 0) && filters_found(probe->object);
}

static int size_kept(struct probe *probe, const struct request *request,
		     const struct config *config)
{
	int err = bpf_map__set_max_entries(probe_map(probe, "ring", 0), request->ring_size);

	return err ? err
		   : bpf_map__set_max_entries(probe_map(probe, "overflow", 0),
					      config->overflow_max);
}

/* Of what is only listed nothing is kept, and nothing comes through the ring. */
static int size_least(struct probe *probe)
{
	static const char *const maps[] = {"overflow", "slots", "followed", "mptcp_owners"};
	int err = bpf_map__set_max_entries(probe_map(probe, "ring", 0), (__u32)getpagesize());

	for (size_t i = 0; !err && i < ARRAY_SIZE(maps); i++)
		err = bpf_map__set_max_entries(probe_map(probe, maps[i], 0), 1);
	return err;
}

/* Sets the maps up that depend on what was asked for. Returns 0 or -errno. */
static int size_maps(struct probe *probe, const struct request *request,
		     const struct config *config)
{
	const struct {
		const char *map;
		bool wanted;
	} optional[] = {
		{"calls", config->task_storage},	 {"untracked_calls", config->task_storage},
		{"calls_by_tid", !config->task_storage}, {"executed", config->args},
		{"lineages", config->lineage},		 {"dns_askers", config->dns_unconnected},
	};
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(optional); i++)
		err = bpf_map__set_autocreate(probe_map(probe, optional[i].map, 0),
					      optional[i].wanted);
	if (!err)
		err = bpf_map__set_initial_value(probe_map(probe, ".rodata", 0), config,
						 sizeof(*config));
	if (!err)
		err = request->only_open ? size_least(probe) : size_kept(probe, request, config);
	return err ? err : filters_size(probe->object, request);
}

/*
 * What of the request is about sockets that were open before. Of a command that is still to be
 * started, there are none.
 */
static void set_open(struct config *config, const struct request *request)
{
	bool snapshot = !request->no_snapshot && !request->btf_path;
	bool close = config->event_mask & EVENT_BIT(EVENT_CLOSE) && !request->only_open;
	bool command = config->follow && !request->follow_pids;

	config->open_track =
		snapshot && (close || request->gauges) && !config->min_latency_ns && !command;
	config->open_end = close && !config->min_latency_ns && !command;
	config->open_tell = snapshot && !command &&
			    (config->event_mask & EVENT_BIT(EVENT_OPEN) ||
			     (close && config->open_track) || request->only_open);
}

static int configure(struct probe *probe, const struct request *request, struct error *error)
{
	struct config config = request->config;
	int err = 0;

	if (!has_all_maps(probe))
		return error_set(
			error, -ENOEXEC,
			"%s lacks a map of tpconnect's: it is an object of another version; "
			"build it with scripts/build.sh",
			request->object_path ? request->object_path : "the built-in object");
	if (!request->btf_path)
		err = programs_find_types(&probe->programs, probe->types_fd, probe->object, request,
					  error);
	if (err)
		return err;
	object_keep(probe->object, &config);
	/* While the reader wakes up, seven eighths of the ring are left to fill. */
	config.wakeup_size = request->ring_size / 8;
	config.has_btf = !request->btf_path;
	config.has_rdonly_cast = probe->programs.cast_id != 0;
	config.cgroup1 = config.context ? kernel_cgroup1() : CGROUP1_NONE;
	config.tp_preemptible = programs_preemptible(request);
	config.dns_unconnected = probe->programs.dns == PROBE_DNS_ALL;
	config.task_storage = config.has_btf && kernel_has_task_storage();
	set_open(&config, request);
	if (probe->pins.dir) {
		config.keys = filters_digest(request);
		pins_choose(&probe->pins, probe->object, &config);
	}
	err = size_maps(probe, request, &config);
	if (!err)
		err = pins_reuse(&probe->pins, probe->object);
	if (err)
		return error_set(error, err, "cannot set up the BPF object: %s", strerror(-err));
	return programs_choose(&probe->programs, request, error);
}

static int map_shared(struct probe *probe)
{
	struct bpf_map *bss = probe_map(probe, ".bss", 0);
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

static int load(struct probe *probe, const struct request *request, struct error *error)
{
	int err = bpf_object__load(probe->object);

	types_close(&probe->types_fd);
	malloc_trim(0); /* what loading took and has freed */
	if (err)
		return error_set(error, err, "the kernel refused the BPF programs: %s",
				 strerror(-err));
	probe->followed_fd = bpf_map__fd(probe_map(probe, "followed", 1));
	probe->ring_fd = bpf_map__fd(probe_map(probe, "ring", 0));
	probe->told_fd = bpf_map__fd(probe_map(probe, "told", 0));
	err = map_shared(probe);
	if (!err)
		err = filters_fill(probe->object, request);
	if (err)
		return error_set(error, err, "cannot set up the BPF maps: %s", strerror(-err));
	return 0;
}

static int follow_named(struct probe *probe, const struct request *request, struct error *error)
{
	int err = follow_pids(probe->followed_fd, &request->pids);

	return err ? error_set(error, err, "cannot follow processes: %s", strerror(-err)) : 0;
}

/*
 * The types are those of the file that is named, or an extract of the kernel's. Where no file can
 * hold that, libbpf reads the kernel's itself, which takes longer.
 */
static int open_object(struct probe *probe, const struct request *request, struct error *error)
{
	const char *types = request->btf_path;
	char extract[TYPES_PATH_MAX];
	int err = programs_register(&probe->programs);

	if (err)
		return error_set(error, err, "cannot prepare to load: %s", strerror(-err));
	if (!types) {
		probe->types_fd = types_open(extract);
		types = probe->types_fd < 0 ? NULL : extract;
	}
	return object_open(request->object_path, types, &probe->object, error);
}

/* Of what was taken over, the beginning is that of who began it. */
static void begin_observing(struct probe *probe)
{
	struct shared *shared = probe->shared;

	shared->since_ns = shared->filters_ns = clock_now_ns(CLOCK_MONOTONIC);
	*(volatile __u32 *)&shared->phase = PHASE_TRACKING;
	/* A program that begins on another CPU after this moment sees the phase. */
	__sync_synchronize();
	shared->observed_ns = clock_now_ns(CLOCK_BOOTTIME);
}

static void begin(struct probe *probe)
{
	/* Before it is our turn, our programs see nothing. */
	if (probe->pins.dir)
		pins_switch(&probe->pins, probe->shared, &probe->programs);
	if (!probe_resumed(probe))
		begin_observing(probe);
	probe->observed.begin_ns = probe->shared->observed_ns;
}

int probe_open(const struct request *request, struct probe **ret, struct error *error)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int err;

	if (!probe)
		return error_set(error, -ENOMEM, "out of memory");
	probe->types_fd = -1;
	probe->pins.lock_fd = -1;
	libbpf_set_print(request->verbosity > 1 ? libbpf_say_all
			 : request->verbosity	? libbpf_say
						: NULL);
	if (request->btf_path && request->only_open)
		err = error_set(error, -ENOEXEC,
				"cannot list what is open with --btf: that takes BTF of the "
				"kernel's own");
	else if (request->btf_path && btf_check(request->btf_path, error))
		err = -ENOEXEC; /* nor will a change of the host mend that */
	else
		err = open_object(probe, request, error);
	if (!err && request->pin_path)
		err = pins_open(&probe->pins, request->pin_path, error);
	if (!err)
		err = object_check_interface(probe->object, request->object_path, error);
	if (!err)
		err = programs_find(&probe->programs, probe->object, request, error);
	if (!err)
		err = configure(probe, request, error);
	if (!err)
		err = load(probe, request, error);
	if (!err)
		err = programs_attach(&probe->programs, request, error);
	if (!err && request->follow_pids)
		err = follow_named(probe, request, error);
	if (!err && probe->pins.dir)
		err = pins_put(&probe->pins, probe->object, &probe->programs, error);
	if (!err && !request->only_open)
		begin(probe);
	if (err) {
		probe_close(probe);
		return err;
	}
	*ret = probe;
	return 0;
}

void probe_detach(struct probe *probe)
{
	if (!probe->observed.end_ns)
		probe->observed.end_ns = clock_now_ns(CLOCK_BOOTTIME);
	if (probe->pins.dir)
		return;
	/* A program that has ended on another CPU before that moment has not seen the phase. */
	__sync_synchronize();
	if (probe->shared)
		*(volatile __u32 *)&probe->shared->phase = PHASE_IDLE;
	programs_detach(&probe->programs);
}

void probe_close(struct probe *probe)
{
	if (!probe)
		return;
	probe_detach(probe);
	programs_leave(&probe->programs);
	if (probe->shared)
		munmap(probe->shared, probe->shared_size);
	bpf_object__close(probe->object);
	programs_unregister(&probe->programs);
	types_close(&probe->types_fd);
	pins_close(&probe->pins);
	free(probe);
}
