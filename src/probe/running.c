// SPDX-License-Identifier: MIT
/* What is asked of the kernel side once it is loaded. */
#include <errno.h>

#include <bpf/bpf.h>

#include "contract/told.h"
#include "probe/follow.h"
#include "probe/missed.h"
#include "probe/probe.h"
#include "util/array.h"

struct bpf_map *probe_map(const struct probe *probe, const char *name, size_t value_size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(probe->object, name);

	return map && (!value_size || bpf_map__value_size(map) == value_size) ? map : NULL;
}

/*
 * All descriptors, for their TCP sockets; then, where there are MPTCP connections of several
 * subflows, once more for each further one.
 */
static int run_over_descriptors(struct probe *probe, probe_record_fn *record, void *ctx,
				struct error *error)
{
	volatile struct shared *shared = probe->shared;
	int err = 0;

	shared->n_subflows = 0;
	for (uint32_t i = 0; !err && i <= shared->n_subflows; i++) {
		shared->subflow = i;
		err = iterator_run(&probe->programs.iterators, ITERATOR_OPEN, NULL, record, ctx,
				   error);
	}
	return err;
}

/*
 * Without the iterator the phase stays PHASE_TRACKING: an unknown result may be of an attempt that
 * began before, and proves no loss.
 */
int probe_snapshot(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error)
{
	const struct iterators *iterators = &probe->programs.iterators;
	int err = run_over_descriptors(probe, record, ctx, error);

	if (!err && probe->observed.begin_ns && iterator_is_loaded(iterators, ITERATOR_OPEN))
		*(volatile __u32 *)&probe->shared->phase = PHASE_COMPLETE;
	return err;
}

/* Both maps that entries are in, one after the other. */
static int run_over_tracked(struct probe *probe, enum iterator slots, enum iterator overflow,
			    probe_record_fn *record, void *ctx, struct error *error)
{
	const struct iterators *iterators = &probe->programs.iterators;
	int err = iterator_run(iterators, slots, probe_map(probe, "slots", 0), record, ctx, error);

	if (!err && probe->shared->n_overflow)
		err = iterator_run(iterators, overflow, probe_map(probe, "overflow", 0), record,
				   ctx, error);
	return err;
}

int probe_sockets(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error)
{
	const struct iterators *iterators = &probe->programs.iterators;

	if (!iterator_is_loaded(iterators, ITERATOR_SOCKETS))
		return error_set(error, -EOPNOTSUPP,
				 "cannot look at sockets that no process holds: the kernel shows "
				 "them since Linux 5.9");
	return iterator_run(iterators, ITERATOR_SOCKETS, NULL, record, ctx, error);
}

int probe_gauges(struct probe *probe, probe_record_fn *record, void *ctx, struct error *error)
{
	const struct iterators *iterators = &probe->programs.iterators;
	int err;

	if (iterator_is_loaded(iterators, ITERATOR_GAUGE_FILES)) {
		err = iterator_run(iterators, ITERATOR_GAUGE_FILES, NULL, record, ctx, error);
		return err ? err : 1;
	}
	if (!iterator_is_loaded(iterators, ITERATOR_GAUGE_SLOTS))
		return error_set(error, -EOPNOTSUPP,
				 "cannot see what connections carry: that takes Linux 5.9, and "
				 "BTF of the kernel's own");
	return run_over_tracked(probe, ITERATOR_GAUGE_SLOTS, ITERATOR_GAUGE_OVERFLOW, record, ctx,
				error);
}

int probe_sweep(struct probe *probe, struct error *error)
{
	if (probe->programs.iterators.maps_refused)
		return error_set(error, -EPERM,
				 "cannot look for sockets that are gone: a security policy of this "
				 "host refuses iterators over maps");
	return run_over_tracked(probe, ITERATOR_SWEEP_SLOTS, ITERATOR_SWEEP_OVERFLOW, NULL, NULL,
				error);
}

struct span probe_observed(const struct probe *probe)
{
	return probe->observed;
}

int probe_follow(struct probe *probe, uint32_t pid)
{
	const uint8_t verdict = KEY_WANTED;

	return bpf_map_update_elem(probe->followed_fd, &pid, &verdict, BPF_ANY) ? -errno : 0;
}

bool probe_follows_any(const struct probe *probe)
{
	return follow_any(probe->followed_fd);
}

int probe_followed(const struct probe *probe)
{
	return follow_count(probe->followed_fd);
}

/* Of programs that are pinned: what the kernel skipped of those that ran before them. */
static void add_skips_before(const struct probe *probe, struct counters *sum)
{
	for (size_t i = 0; probe->pins.dir && i < ARRAY_SIZE(probe->shared->skips_before); i++) {
		const struct skips_before *before = &probe->shared->skips_before[i];

		if (before->generation != probe->pins.generation)
			continue;
		sum->missed += (__u64)before->missed;
		sum->skipped += (__u32)before->skipped;
	}
}

int probe_counters(struct probe *probe, struct counters *ret)
{
	struct counters sum = {};
	int err;

	for (size_t cpu = 0; cpu < COUNTER_SLOTS; cpu++) {
		const volatile struct counters *slot = &probe->shared->counters[cpu];

		sum.sent += slot->sent;
		sum.ring += slot->ring;
		sum.missed += slot->missed;
		sum.state += slot->state;
		sum.unmatched += slot->unmatched;
		sum.skipped += slot->skipped;
		sum.recovered += slot->recovered;
		sum.context += slot->context;
		sum.unattributed += slot->unattributed;
	}
	err = programs_add_skips(&probe->programs, &sum);
	add_skips_before(probe, &sum);
	sum.missed = missed_in_all(&sum, probe->observed.end_ns && !probe->pins.dir);
	*ret = sum;
	return err;
}

int probe_tracked(struct probe *probe, uint64_t *ret)
{
	struct bpf_map *slots = probe_map(probe, "slots", 0);
	uint64_t slot[bpf_map__value_size(slots) / sizeof(uint64_t)];
	uint64_t n = probe->shared->n_overflow;

	for (uint32_t i = 0; i < bpf_map__max_entries(slots); i++) {
		if (bpf_map_lookup_elem(bpf_map__fd(slots), &i, slot))
			return -errno;
		n += slot[0] != 0; /* its key, which is first: bpf/tracked.bpf.h */
	}
	*ret = n;
	return 0;
}

void probe_share(const struct probe *probe, unsigned int index, struct share *ret)
{
	*ret = probe->shared->shares[index];
	ret->comm[COMM_LEN - 1] = '\0'; /* it may be being written */
}

uint64_t probe_room(struct probe *probe)
{
	return bpf_map__max_entries(probe_map(probe, "overflow", 0));
}

/* Others that have their place in the line are told again as well. */
static void tell_again(struct probe *probe, uint32_t line)
{
	const struct told_line none = {};

	bpf_map_update_elem(probe->told_fd, &line, &none, BPF_ANY);
}

void probe_tell_again(struct probe *probe, uint32_t pid, const struct cgroup_key *cgroup)
{
	if (cgroup) {
		tell_again(probe, told_line_of_cgroups(told_cgroups(cgroup->id, cgroup->id1)));
		__atomic_fetch_add(&probe->shared->told_epoch, 1, __ATOMIC_RELEASE);
	}
	if (pid)
		tell_again(probe, told_line_of_pid(pid));
}

enum probe_dns probe_dns(const struct probe *probe)
{
	return probe->programs.dns;
}

int probe_is_askable(const struct probe *probe)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(probe->ring_fd, &info, &size) ? -errno : 0;
}

uint64_t probe_dns_unread(const struct probe *probe)
{
	return *(const volatile __u64 *)&probe->shared->dns_unread;
}

int probe_ring_fd(const struct probe *probe)
{
	return probe->ring_fd;
}

uint64_t probe_ring_id(const struct probe *probe)
{
	return probe->shared->since_ns;
}

bool probe_resumed(const struct probe *probe)
{
	return probe->pins.before;
}

struct probe_pins probe_pins(const struct probe *probe)
{
	return probe->pins.told;
}

bool probe_knows_open(const struct probe *probe)
{
	return probe_resumed(probe) && probe->shared->phase == PHASE_COMPLETE;
}

const char *probe_tracepoints(const struct probe *probe)
{
	return probe->programs.tracepoints;
}
