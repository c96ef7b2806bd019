// SPDX-License-Identifier: MIT
#include "probe/pins.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "probe/unread.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* What is state: the maps that the next process goes on with. */
static const char *const state_maps[] = {
	"ring",	    ".bss",	    "slots",	       "overflow", "calls",    "calls_by_tid",
	"followed", "mptcp_owners", "untracked_calls", "executed", "lineages", "dns_askers",
};

/* What tells the next process whether these are its own. */
#define CONFIG_MAP ".rodata"

/* More than any program at a tracepoint takes, where the kernel does not tell that none runs. */
#define SETTLE_US 50000

static const struct bpf_map *map_of(const struct bpf_object *object, const char *name)
{
	return bpf_object__find_map_by_name(object, name);
}

/* --- what is there --- */

/* Which generation's turn it is, as the pins of any of them say; 0: that cannot be told. */
static uint32_t turn_of(const struct pins *pins, uint32_t generation)
{
	_cleanup_close_ int fd = pin_get(pins->dir, generation, "map", ".bss");
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info), key = 0, turn = 0;
	_cleanup_free_ struct shared *shared = NULL;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size) || info.type != BPF_MAP_TYPE_ARRAY ||
	    info.value_size != sizeof(*shared))
		return 0;
	shared = malloc(sizeof(*shared));
	/* Whoever was killed before all was attached has left nothing worth having. */
	if (shared && !bpf_map_lookup_elem(fd, &key, shared) && shared->phase != PHASE_IDLE)
		turn = (uint32_t)shared->turns;
	return turn;
}

static bool is_there(const struct pins *pins, uint32_t generation)
{
	for (int i = 0; i < pins->n_found; i++)
		if (pins->found[i] == generation)
			return true;
	return false;
}

static void look(struct pins *pins)
{
	uint32_t turn;

	for (int i = 0; i < pins->n_found; i++) {
		if (pins->found[i] >= pins->generation)
			pins->generation = pins->found[i] + 1;
		turn = turn_of(pins, pins->found[i]);
		if (turn && is_there(pins, turn))
			pins->before = turn;
	}
}

int pins_open(struct pins *pins, const char *dir, struct error *error)
{
	int n;

	pins->lock_fd = pin_dir_open(dir, true, error);
	if (pins->lock_fd < 0)
		return pins->lock_fd;
	n = pin_dir_generations(pins->lock_fd, pins->found, PIN_GENERATIONS_MAX);
	if (n < 0 || n > PIN_GENERATIONS_MAX)
		return error_set(error, n < 0 ? n : -E2BIG,
				 "cannot tell what is pinned in %s: %s; take it away: "
				 "tpconnect detach --pin %s",
				 dir, strerror(n < 0 ? -n : E2BIG), dir);
	pins->dir = dir;
	pins->n_found = n;
	pins->generation = 1;
	pins->told.pinned = true;
	look(pins);
	return 0;
}

void pins_close(struct pins *pins)
{
	if (pins->lock_fd >= 0)
		close(pins->lock_fd);
	pins->lock_fd = -1;
}

/* --- whether it fits --- */

static int get_info(const struct pins *pins, const char *map, struct bpf_map_info *ret)
{
	_cleanup_close_ int fd = pin_get(pins->dir, pins->before, "map", map);
	uint32_t size = sizeof(*ret);

	*ret = (struct bpf_map_info){0};
	if (fd < 0)
		return fd;
	return bpf_obj_get_info_by_fd(fd, ret, &size) ? -errno : 0;
}

static int read_config(struct pins *pins)
{
	_cleanup_close_ int fd = pin_get(pins->dir, pins->before, "map", CONFIG_MAP);
	uint32_t key = 0;

	return fd >= 0 && !bpf_map_lookup_elem(fd, &key, &pins->config) ? 0 : -errno;
}

/* A map that is not pinned is made anew. Of the ring, the size is that of before. */
static bool map_fits(const struct pins *pins, const struct bpf_object *object, const char *name)
{
	const struct bpf_map *map = map_of(object, name);
	struct bpf_map_info info;

	if (get_info(pins, name, &info))
		return true;
	return info.type == bpf_map__type(map) && info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       (info.type == BPF_MAP_TYPE_RINGBUF || !strcmp(name, "overflow") ||
		info.max_entries == bpf_map__max_entries(map));
}

static bool misfit(struct pins *pins, const char *why)
{
	snprintf(pins->told.misfit, sizeof(pins->told.misfit), "%s", why);
	return false;
}

static bool maps_fit(struct pins *pins, const struct bpf_object *object)
{
	char why[64];

	for (size_t i = 0; i < ARRAY_SIZE(state_maps); i++)
		if (!map_fits(pins, object, state_maps[i])) {
			snprintf(why, sizeof(why), "its map %s is of another size", state_maps[i]);
			return misfit(pins, why);
		}
	return true;
}

static bool fits(struct pins *pins, const struct bpf_object *object, const struct config *config)
{
	const struct config *old = &pins->config;
	struct bpf_map_info info;
	char why[96];

	if (!pins->before)
		return misfit(pins, "it is of another version, or was not finished");
	if (get_info(pins, CONFIG_MAP, &info) || info.value_size != sizeof(*old) ||
	    read_config(pins))
		return misfit(pins, "it is of another version");
	if (old->interface != config->interface || old->layout != config->layout) {
		snprintf(why, sizeof(why),
			 "it is of another build: interface %08x, layout %08x, not %08x, %08x",
			 old->interface, old->layout, config->interface, config->layout);
		return misfit(pins, why);
	}
	if (old->fault != config->fault || old->overflow_max != config->overflow_max ||
	    old->task_storage != config->task_storage)
		return misfit(pins, "it keeps attempts in another way");
	return maps_fit(pins, object);
}

/* All that an attempt is chosen by. */
static bool asks_for_other(const struct config *old, const struct config *config)
{
	struct config same = *old;

	same.generation = config->generation;
	return memcmp(&same, config, sizeof(same));
}

void pins_choose(struct pins *pins, const struct bpf_object *object, struct config *config)
{
	struct bpf_map_info ring;

	config->generation = pins->generation;
	if (!pins->n_found)
		return;
	if (!fits(pins, object, config) || get_info(pins, "ring", &ring)) {
		pins->left = pins->before ? pins->before : pins->found[0];
		pins->before = 0;
		return;
	}
	pins->told.ring_size = ring.max_entries;
	config->wakeup_size = ring.max_entries / 8;
	pins->other_filters = asks_for_other(&pins->config, config);
	pins->told.other_filters = pins->other_filters;
	pins->pair_ended = pins->config.syscalls &&
			   pin_count(pins->lock_fd, pins->before, "link_connect") <= 0;
}

/* --- taking it over --- */

/*
 * Whom the filters have had followed, they do not want any more once they are others. Calls that
 * were under way when the programs at system calls ended would never end.
 */
static bool is_taken_over(const struct pins *pins, const char *map)
{
	if (!strcmp(map, "followed"))
		return !pins->other_filters;
	return strncmp(map, "calls", strlen("calls")) != 0 || !pins->pair_ended;
}

int pins_reuse(struct pins *pins, const struct bpf_object *object)
{
	int err = 0;

	for (size_t i = 0; pins->before && !err && i < ARRAY_SIZE(state_maps); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(object, state_maps[i]);
		_cleanup_close_ int fd = -1;

		if (!bpf_map__autocreate(map) || !is_taken_over(pins, state_maps[i]))
			continue;
		fd = pin_get(pins->dir, pins->before, "map", state_maps[i]);
		if (fd >= 0)
			err = bpf_map__reuse_fd(map, fd);
		else if (fd != -ENOENT)
			err = fd;
	}
	return err;
}

/* --- pinning --- */

static int put(const struct pins *pins, int fd, const char *kind, const char *name)
{
	char path[PIN_PATH_MAX];

	if (fd < 0)
		return 0; /* it is not there */
	pin_path(path, pins->dir, pins->generation, kind, name);
	return bpf_obj_pin(fd, path) ? -errno : 0;
}

static int put_maps(const struct pins *pins, const struct bpf_object *object)
{
	int err = put(pins, bpf_map__fd(map_of(object, CONFIG_MAP)), "map", CONFIG_MAP);

	for (size_t i = 0; !err && i < ARRAY_SIZE(state_maps); i++)
		err = put(pins, bpf_map__fd(map_of(object, state_maps[i])), "map", state_maps[i]);
	return err;
}

/* A link to a tracepoint of tracefs can be pinned since Linux 5.15 (b89fbfbb854c). */
static int put_link(struct pins *pins, const struct programs *programs, size_t i)
{
	int err = put(pins, bpf_link__fd(programs->links[i]), "link", program_name(i));

	if (err != -EINVAL || !program_is_classic(i))
		return err;
	pins->told.pair_unpinned = true;
	return 0;
}

/* The programs as well, as only their descriptors tell what the kernel skipped of them. */
static int put_programs(struct pins *pins, const struct programs *programs)
{
	int err = 0;

	for (size_t i = 0; !err && i < N_PROGRAMS; i++) {
		if (!programs->links[i])
			continue;
		err = put_link(pins, programs, i);
		if (!err)
			err = put(pins, bpf_program__fd(programs->progs[i]), "prog",
				  program_name(i));
	}
	return err;
}

int pins_put(struct pins *pins, const struct bpf_object *object, const struct programs *programs,
	     struct error *error)
{
	char path[PIN_PATH_MAX];
	int err;

	pin_path(path, pins->dir, pins->generation, NULL, NULL);
	err = mkdir(path, 0700) ? -errno : put_maps(pins, object);
	if (!err)
		err = put_programs(pins, programs);
	if (!err)
		return 0;
	pin_dir_remove(pins->lock_fd, pins->generation);
	return error_set(error, err, "cannot pin to %s: %s", pins->dir, strerror(-err));
}

/* --- taking turns --- */

/* What has begun before on any CPU is over: programs run as RCU readers. */
static void settle(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(SETTLE_US);
}

static void set_turns(struct shared *shared, uint32_t now, uint32_t next)
{
	__atomic_store_n(&shared->turns, now | (uint64_t)next << 32, __ATOMIC_RELEASE);
	settle();
}

/* Adds what the kernel skipped of those of before, or, with a negative sign, of our own. */
static void add_skips(const struct pins *pins, const struct programs *programs, int sign,
		      struct skips_before *sum)
{
	for (size_t i = 0; i < N_PROGRAMS; i++) {
		_cleanup_close_ int before = -1;
		uint64_t n = 0;
		int fd = programs->links[i] ? bpf_program__fd(programs->progs[i]) : -1;

		if (sign > 0)
			fd = before = pin_get(pins->dir, pins->before, "prog", program_name(i));
		if (fd < 0 || program_skips(fd, &n))
			continue;
		if (program_skip_is(i, SKIP_LOST))
			sum->missed += sign * (int64_t)n;
		else if (program_skip_is(i, SKIP_ENDS))
			sum->skipped += sign * (int64_t)n;
	}
}

/* In the other place than that of before, which stays true until we have our turn. */
static void note_skips(const struct pins *pins, struct shared *shared,
		       const struct programs *programs)
{
	bool second = shared->skips_before[0].generation == pins->before;
	struct skips_before sum = shared->skips_before[!second];

	sum.generation = pins->generation;
	add_skips(pins, programs, 1, &sum);
	add_skips(pins, programs, -1, &sum);
	shared->skips_before[second] = sum;
}

static void take_turn(const struct pins *pins, struct shared *shared,
		      const struct programs *programs)
{
	if (pins->other_filters) {
		shared->filters_ns = clock_now_ns(CLOCK_MONOTONIC);
		*(volatile __u32 *)&shared->phase = PHASE_TRACKING;
	}
	set_turns(shared, pins->before, pins->generation);
	note_skips(pins, shared, programs);
	set_turns(shared, pins->generation, pins->generation);
	note_skips(pins, shared, programs);
	set_turns(shared, pins->generation, 0);
}

/* What is unread is counted once no program of theirs runs any more. */
static void remove_found(struct pins *pins)
{
	_cleanup_close_ int ring = -1;

	if (pins->left)
		ring = pin_get(pins->dir, pins->left, "map", "ring");
	for (int i = 0; i < pins->n_found; i++)
		pin_dir_remove(pins->lock_fd, pins->found[i]);
	if (ring < 0)
		return;
	settle();
	pins->told.unread_known = !unread_events(ring, &pins->told.unread);
}

void pins_switch(struct pins *pins, struct shared *shared, const struct programs *programs)
{
	if (pins->before) {
		take_turn(pins, shared, programs);
	} else {
		shared->skips_before[0].generation = pins->generation;
		set_turns(shared, pins->generation, 0);
	}
	remove_found(pins);
}
