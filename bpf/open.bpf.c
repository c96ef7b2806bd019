// SPDX-License-Identifier: MIT
/*
 * Run once, right after attaching, over the descriptors of all processes: what was open or pending
 * before tracing began.
 *
 * Attempts that are pending get an entry (STAGE_BEFORE), so that their results are not taken for
 * those of attempts that were lost. Connections that this host opened get one with
 * config.open_track (STAGE_ESTABLISHED), so that their end is told with whoever holds them. Of
 * MPTCP connections it is noted whose they are, because they can open further subflows. With
 * config.open_tell, each socket is written as a record for each process that holds it.
 *
 * If what is written for a descriptor is more than the reader's buffer takes, the kernel drops all
 * of it and runs the program again for that descriptor. So all that the program does can be done
 * twice, and what it has told is marked as told last of all.
 */
#include "bpf/announce.bpf.h"
#include "bpf/cgroup.bpf.h"
#include "bpf/holder.bpf.h"
#include "bpf/open.bpf.h"
#include "bpf/process.bpf.h"
#include "bpf/socket.bpf.h"
#include "bpf/told.bpf.h"

static __always_inline bool is_closing(const struct sock *sk)
{
	const struct sock_common *skc = &sk->__sk_common;

	/* The kernel takes it out of its table before the programs at the change of state run. */
	return READ_ADDR(skc, skc_state) == TCP_CLOSE || !READ_ADDR(skc, skc_nulls_node.pprev);
}

/* Only what is entered below: a new attempt of the same socket may have taken its place. */
static __always_inline void entry_forget(__u64 key, __u64 start_ns)
{
	struct tracked *tracked = tracked_find(key);

	if (tracked && tracked->attempt.flags & ATTEMPT_PREEXISTING &&
	    tracked->attempt.start_ns == start_ns)
		overflow_remove(key);
}

/*
 * This runs without the socket's lock, so only the hash map will do, which has its own. That it is
 * full is no loss: the end of a connection without an entry is told as well, without a process.
 */
static __always_inline void entry_add(struct opening *opening, const struct sock *sk,
				      struct task_struct *holder, __u8 state)
{
	const struct tcp_sock *tp = (const struct tcp_sock *)sk;
	enum evidence found = is_pending(state) ? EVIDENCE_FOUND : EVIDENCE_FOUND_OPEN;
	struct tracked *tracked = &opening->tracked;
	__u64 key = (__u64)sk;

	__builtin_memset(tracked, 0, sizeof(*tracked));
	tracked->attempt = opening->record.base.attempt;
	tracked->stage = advance(STAGE_NONE, found).next;
	tracked->total_retrans = READ_ADDR(tp, total_retrans);
	tracked->retransmits = tracked->total_retrans;
	opening->holder = (__u64)holder;
	tracked->share = share_index(share_owner_at(*(volatile __u64 *)&opening->holder));
	overflow_add(key, tracked);
	/* Should it have moved on meanwhile, nothing else would take it out again. */
	if (is_pending(state) ? !is_pending(READ_ADDR(sk, __sk_common.skc_state)) : is_closing(sk))
		entry_forget(key, tracked->attempt.start_ns);
}

/* Whether the result of what is pending would be taken for that of an attempt that was lost. */
static __always_inline bool result_counts(const struct attempt *attempt)
{
	return unknown_counts(attempt->netns, attempt->dport);
}

/* Half of the room is left to attempts, whose beginning nothing makes up for. */
static __always_inline bool entry_wanted(const struct attempt *attempt, __u8 state,
					 enum direction direction)
{
	if (!is_tracking())
		return false;
	if (is_pending(state) && result_counts(attempt))
		return true;
	return config.open_track && direction == DIRECTION_OUT &&
	       *(volatile __u64 *)&shared.n_overflow < config.overflow_max / 2;
}

/* --- who holds it --- */

/* Puts together the record of the holder's cgroups. Returns whether there is one. */
__noinline int open_cgroups(void)
{
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);

	if (!config.open_tell || !scratch || !cgroups_fill(scratch))
		return false;
	record_end(scratch, EVENT_CGROUP);
	return true;
}

/* Likewise of its image, if it has not executed another since. */
__noinline int open_image(void)
{
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);
	const struct task_struct *task;

	if (!config.open_tell || !scratch || !process_fill(scratch))
		return false;
	record_end(scratch, EVENT_PROCESS);
	task = (const struct task_struct *)scratch->of.task;
	return (__u32)BPF_CORE_READ(task, group_leader, self_exec_id) == scratch->of.exec_id;
}

/* Marks as told what was written. */
__noinline int open_told(void)
{
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);
	const struct announced *of;
	__u32 line;

	if (!config.open_tell || !scratch)
		return 0;
	of = &scratch->of;
	line = told_line_of_pid(of->pid);
	if (of->cgroups_known && !is_told(told_line_of_cgroups(of->cgroups), of->cgroups))
		tell(told_line_of_cgroups(of->cgroups), of->cgroups);
	if (of->image_known && !is_told(line, of->image))
		tell(line, of->image);
	if (of->cgroups_known && of->image_known)
		tell(line, of->both);
	return 0;
}

/* Returns whether there may be something to tell. */
static __always_inline bool announced_set(struct scratch *scratch, const struct attempt *holder,
					  const struct task_struct *task)
{
	struct announced *of = &scratch->of;

	scratch->use = SCRATCH_ITERATOR;
	of->task = (__u64)task;
	of->start_ns = holder->process_start_ns;
	of->cgroup_id = holder->cgroup_id;
	of->cgroup1_id = holder->cgroup1_id;
	of->pid = holder->pid;
	of->exec_id = holder->exec_id;
	of->image = told_image(of->start_ns, of->pid, of->exec_id);
	of->cgroups = told_cgroups(of->cgroup_id, of->cgroup1_id);
	of->both = told_both(of->image, of->cgroups, *(volatile __u32 *)&shared.told_epoch);
	if (is_told(told_line_of_pid(of->pid), of->both))
		return false;
	of->cgroups_known = is_told(told_line_of_cgroups(of->cgroups), of->cgroups);
	of->image_known = is_told(told_line_of_pid(of->pid), of->image);
	return true;
}

static __always_inline bool scratch_put(struct bpf_iter_meta *meta, const struct scratch *scratch)
{
	return seq_put(meta, scratch->record, scratch->size & (RECORD_SIZE_MAX - 1));
}

/* Writes who the holder is, and where, unless that was told. Returns whether there was room. */
static __always_inline bool holder_put(struct bpf_iter_meta *meta, struct scratch *scratch)
{
	struct announced *of = &scratch->of;

	if (!of->cgroups_known && open_cgroups()) {
		if (!scratch_put(meta, scratch))
			return false;
		of->cgroups_known = true;
	}
	if (!of->image_known && open_image()) {
		if (!scratch_put(meta, scratch))
			return false;
		of->image_known = true;
	}
	return true;
}

/* Writes the record, and before it who holds the socket, if that is wanted. */
static __always_inline void open_put(struct bpf_iter_meta *meta, const struct open_record *record,
				     const struct task_struct *holder)
{
	struct scratch *scratch = scratch_of(SCRATCH_ITERATOR);
	bool wanted = config.context && record->flags & OPEN_WANTED && scratch;
	bool untold = wanted && announced_set(scratch, &record->base.attempt, holder);

	if (untold && !holder_put(meta, scratch))
		return;
	if (seq_put(meta, record, sizeof(*record)) && untold)
		open_told();
}

/* --- the socket --- */

/*
 * The entry is the stream's own, and the stream tells all of it. One that the iterator has made for
 * another holder gives its name to this record.
 */
static __always_inline bool is_of_stream(struct attempt *attempt, const struct tracked *entry)
{
	if (!(entry->attempt.flags & ATTEMPT_PREEXISTING))
		return true;
	attempt->start_ns = entry->attempt.start_ns;
	attempt->cpu = entry->attempt.cpu;
	return false;
}

/* task: of ctx, but known not to be NULL. */
static __always_inline int open_seen(struct bpf_iter__task_file *ctx, struct task_struct *task,
				     const struct sock *sk)
{
	struct opening *opening = opening_mine();
	enum direction direction;
	struct open_record *record;
	struct attempt *attempt;
	struct tracked *entry;
	struct flow flow;
	bool settled;

	if (!opening)
		return 0;
	record = &opening->record;
	attempt = &record->base.attempt;
	open_begin(record, sk);
	if (!open_destination_wanted(attempt, sk))
		return 0;
	settled = flow_settled(&flow, sk);
	if (flow.state == TCP_CLOSE)
		return 0;
	if (!settled && !connect_chose_port(sk) && is_put_off(opening, sk))
		return AGAIN;
	direction = direction_of(&flow, sk, settled);
	holder_identity(attempt, task);
	if (holder_wanted(attempt, task))
		record->flags |= OPEN_WANTED;
	entry = tracked_find((__u64)sk);
	if (entry && is_of_stream(attempt, entry))
		return 0;
	if (!entry && record->flags & OPEN_WANTED && entry_wanted(attempt, flow.state, direction))
		entry_add(opening, sk, task, flow.state);
	if (!config.open_tell || !open_wanted(flow.state, direction))
		return 0;
	record->flags |= OPEN_HELD;
	record->fd = ctx->fd;
	open_end(record, &flow, sk, direction);
	open_put(ctx->meta, record, task);
	return 0;
}

/* The same where nothing is told of what is open: only what is pending matters. */
static __always_inline void pending_seen(struct task_struct *task, const struct sock *sk,
					 __u8 state)
{
	struct opening *opening = opening_mine();

	if (!opening || !is_pending(state))
		return;
	open_begin(&opening->record, sk);
	if (result_counts(&opening->record.base.attempt) && !tracked_find((__u64)sk))
		entry_add(opening, sk, task, state);
}

/* Who holds the descriptor owns the connection, unless its beginning was seen. */
static __always_inline void owner_note(const struct sock *sk, struct task_struct *task)
{
	__u8 state = READ_ADDR(sk, __sk_common.skc_state);
	struct attempt owner = {};
	__u64 key = (__u64)sk;

	if (state == TCP_CLOSE || state == TCP_LISTEN || bpf_map_lookup_elem(&mptcp_owners, &key))
		return;
	holder_identity(&owner, task);
	if (!holder_wanted(&owner, task))
		owner.flags = OWNER_UNWANTED;
	bpf_map_update_elem(&mptcp_owners, &key, &owner, BPF_NOEXIST);
	/* Should it have ended meanwhile, nothing else would take it out again. */
	if (READ_ADDR(sk, __sk_common.skc_state) == TCP_CLOSE)
		bpf_map_delete_elem(&mptcp_owners, &key);
}

/*
 * Of an MPTCP connection, so many subflows beyond the first are looked for: the kernel's own path
 * manager makes at most 8 (MPTCP_PM_ADDR_MAX of net/mptcp/protocol.h), one in user space any
 * number.
 */
#define SUBFLOWS_MAX 16

/* The list is read without its lock: whether it is a subflow of the connection, and not gone yet.
 */
static __always_inline bool is_subflow_of(const struct mptcp_sock *msk, const struct tcp_sock *tp,
					  const struct mptcp_subflow_context *subflow)
{
	return BPF_CORE_READ((const struct sock *)tp, sk_protocol) == IPPROTO_TCP &&
	       BPF_CORE_READ(tp, inet_conn.icsk_ulp_data) == (void *)subflow &&
	       BPF_CORE_READ(subflow, conn) == (const struct sock *)msk;
}

/*
 * The address of one of the TCP sockets of an MPTCP connection: of the first, or of the further one
 * that is asked for; 0: there is none of that number. User space runs the iterator once for each.
 * With a loop over them in the program, the verifier would go through all that is done with a
 * socket as many times as there may be; and through five times as much if this function were a
 * part of the program.
 */
__noinline __u64 subflow_seen(__u64 address)
{
	const struct mptcp_sock *msk = (const struct mptcp_sock *)address;
	__u32 number = *(volatile __u32 *)&shared.subflow, n = 0;
	struct mptcp_subflow_context *subflow;
	const struct sock *first, *sk;
	const struct list_head *node;

	if (!HAS_MPTCP)
		return 0;
	first = BPF_CORE_READ(msk, first);
	node = BPF_CORE_READ(msk, conn_list.next);
	for (int i = 0; i <= SUBFLOWS_MAX && node && node != &msk->conn_list; i++) {
		subflow = (void *)node - bpf_core_field_offset(struct mptcp_subflow_context, node);
		sk = BPF_CORE_READ(subflow, tcp_sock);
		if (sk && sk != first && is_subflow_of(msk, (const struct tcp_sock *)sk, subflow) &&
		    ++n == number)
			return (__u64)sk;
		node = BPF_CORE_READ(node, next);
	}
	if (number)
		return 0;
	if (n > *(volatile __u32 *)&shared.n_subflows)
		*(volatile __u32 *)&shared.n_subflows = n;
	return (__u64)first;
}

/* A TCP socket of a descriptor. NULL: there is none that is looked at now. */
static __always_inline struct sock *tcp_sock_seen(struct file *file, struct task_struct *task)
{
	struct sock *sk = BPF_CORE_READ(socket_of_file(file), sk);
	__u16 protocol;

	if (!sk)
		return NULL;
	protocol = READ_ADDR(sk, sk_protocol);
	if (protocol == IPPROTO_TCP)
		return *(volatile __u32 *)&shared.subflow ? NULL : sk;
	if (!HAS_MPTCP || protocol != IPPROTO_MPTCP)
		return NULL;
	if (is_tracking())
		owner_note(sk, task);
	return (struct sock *)subflow_seen((__u64)sk);
}

SEC("iter/task_file")
int open_file(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file; /* NULL after the last */
	struct sock *sk;
	__u8 state;

	if (!file || !task)
		return 0;
	sk = tcp_sock_seen(file, task);
	if (!sk)
		return 0;
	state = READ_ADDR(sk, __sk_common.skc_state);
	if (state == TCP_CLOSE)
		return 0;
	if (config.open_tell || config.open_track)
		return open_seen(ctx, task, sk);
	pending_seen(task, sk, state);
	return 0;
}
