// SPDX-License-Identifier: MIT
/*
 * Run now and then while tracing, and last before it ends: entries whose socket is gone. Its end
 * reached no program, and nothing else would ever take the entry out; it is counted as missed.
 */
#include "bpf/attempt.bpf.h"

/*
 * An entry is made just before the socket leaves the state CLOSE, and what ends within its own
 * connect(2) keeps it until that returns.
 */
#define SWEEP_AGE_NS 100000000ull

static __always_inline bool is_settled(const struct tracked *tracked, __u64 now)
{
	__u64 last = tracked->stage == STAGE_CLOSED_IN_CALL ? tracked->result_ns
							    : tracked->attempt.start_ns;

	return now - last >= SWEEP_AGE_NS;
}

/*
 * Whether the socket of that address is still the entry's. Its memory can be another's by now, or
 * nobody's: every read may give anything.
 */
static __always_inline bool is_open(__u64 key, const struct tracked *tracked)
{
	const struct sock_common *skc = (const struct sock_common *)key;
	__u8 state = BPF_CORE_READ(skc, skc_state);

	return state != TCP_CLOSE && state != TCP_LISTEN && tracked_is_of(tracked, skc, false);
}

/*
 * found: what the iterator was at. This runs without the socket's lock, so the map is asked again:
 * the socket can have begun another attempt.
 */
static __always_inline void sweep(__u64 key, const struct tracked *found)
{
	__u64 now = bpf_ktime_get_boot_ns(), start_ns = found->attempt.start_ns;
	struct tracked *tracked;

	if (!key || found->stage == STAGE_BEFORE || !is_settled(found, now) || is_open(key, found))
		return;
	tracked = tracked_find(key);
	if (!tracked || tracked->attempt.start_ns != start_ns)
		return;
	attempt_move(key, tracked, advance(tracked->stage, EVIDENCE_GONE));
}

SEC("iter/bpf_map_elem")
int sweep_slots(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct slot *slot = ctx->value; /* NULL after the last */

	if (slot)
		sweep(slot->key, &slot->tracked);
	return 0;
}

SEC("iter/bpf_map_elem")
int sweep_overflow(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct tracked *tracked = ctx->value;
	const __u64 *key = ctx->key;

	if (key && tracked)
		sweep(*key, tracked);
	return 0;
}
