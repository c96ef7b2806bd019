// SPDX-License-Identifier: MIT
/*
 * Run over the TCP sockets of one network namespace: those, too, that no process holds, of which
 * open.bpf.c knows nothing. What a process holds is written as well: user space knows it again.
 */
#include "bpf/cgroup.bpf.h"
#include "bpf/open.bpf.h"
#include "bpf/told.bpf.h"

/* Puts together the record of the socket's cgroup: who made the socket was in it. */
__noinline int orphan_cgroup(void)
{
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);

	if (!scratch || !cgroup_fill(scratch, (const struct kernfs_node *)scratch->walk.at, NULL))
		return false;
	record_end(scratch, EVENT_CGROUP);
	return true;
}

/* Writes it, if it was not told. Returns whether there was room. */
static __always_inline bool cgroup_put(struct bpf_iter_meta *meta, struct scratch *scratch,
				       const struct kernfs_node *kn, __u64 id)
{
	__u64 print = told_cgroups(id, 0);

	scratch->use = SCRATCH_ITERATOR;
	scratch->of.cgroup_id = id;
	scratch->of.cgroup1_id = 0;
	scratch->of.cgroups = print;
	scratch->of.cgroups_known = is_told(told_line_of_cgroups(print), print);
	scratch->walk.at = (__u64)kn;
	return scratch->of.cgroups_known || !orphan_cgroup() ||
	       seq_put(meta, scratch->record, scratch->size & (RECORD_SIZE_MAX - 1));
}

/* Writes the record, and before it its cgroup. */
static __always_inline void orphan_put(struct bpf_iter_meta *meta, struct open_record *record,
				       const struct sock *sk)
{
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);
	const struct kernfs_node *kn = socket_cgroup(sk);
	__u64 id = kn ? READ_ADDR(kn, id) : 0;
	struct announced *of;

	record->base.attempt.cgroup_id = id;
	if (!id || !config.context || !scratch) {
		seq_put(meta, record, sizeof(*record));
		return;
	}
	of = &scratch->of;
	if (cgroup_put(meta, scratch, kn, id) && seq_put(meta, record, sizeof(*record)) &&
	    !of->cgroups_known)
		tell(told_line_of_cgroups(of->cgroups), of->cgroups);
}

/* The iterator has the socket's lock since Linux 5.15 (04c7820b776f), like task_pt_regs(). */
static __always_inline bool orphan_settled(struct flow *flow, const struct sock *sk)
{
	if (!HAS_HELPER(task_pt_regs))
		return flow_settled(flow, sk);
	flow->state = READ_ADDR(sk, __sk_common.skc_state);
	flow_read(flow, (const struct tcp_sock *)sk, false);
	return true;
}

static __always_inline int orphan_seen(struct bpf_iter_meta *meta, const struct sock *sk)
{
	struct opening *opening = opening_mine();
	enum direction direction;
	struct open_record *record;
	struct flow flow;
	bool settled;

	if (!opening)
		return 0;
	record = &opening->record;
	open_begin(record, sk);
	if (!open_destination_wanted(&record->base.attempt, sk))
		return 0;
	settled = orphan_settled(&flow, sk);
	if (!settled && !connect_chose_port(sk) && is_put_off(opening, sk))
		return AGAIN;
	direction = direction_of(&flow, sk, settled);
	if (!open_wanted(flow.state, direction))
		return 0;
	if (!process_filtered())
		record->flags |= OPEN_WANTED;
	if (BPF_CORE_READ_BITFIELD_PROBED(sk, sk_kern_sock))
		record->flags |= OPEN_KERNEL;
	open_end(record, &flow, sk, direction);
	orphan_put(meta, record, sk);
	return 0;
}

SEC("iter/tcp")
int orphan_socket(struct bpf_iter__tcp *ctx)
{
	const struct sock *sk = (const struct sock *)ctx->sk_common; /* NULL after the last */
	__u8 state;

	if (!sk)
		return 0;
	/* Of a handshake that is under way, and after all is over, there is no whole socket. */
	state = READ_ADDR(sk, __sk_common.skc_state);
	if (state == TCP_NEW_SYN_RECV || state == TCP_TIME_WAIT || state == TCP_CLOSE)
		return 0;
	return orphan_seen(ctx->meta, sk);
}
