// SPDX-License-Identifier: MIT
/*
 * connect(2) itself: what the program asked for, the errno of what failed at once, and attempts
 * that never left. It annotates what state.bpf.c sees.
 */
#include "bpf/attempt.bpf.h"
#include "bpf/socket.bpf.h"

/* asm-generic/errno.h and, for the restart codes, linux/errno.h. */
#define EINTR	      4
#define EBADF	      9
#define EFAULT	      14
#define ENOTSOCK      88
#define EISCONN	      106
#define EALREADY      114
#define EINPROGRESS   115
#define ERESTARTSYS   512
#define ERESTART_LAST 516

/* The errno that ended an attempt; 0 if this return value ended none. */
static __always_inline __u16 final_error(long ret)
{
	long error = -ret;

	if (error <= 0 || error == EINTR || error == EISCONN || error == EALREADY ||
	    error == EINPROGRESS || (error >= ERESTARTSYS && error <= ERESTART_LAST))
		return 0;
	return error;
}

/*
 * Notes the socket if a call on it can start an attempt, as far as it can be told in a few reads:
 * TCP (or MPTCP), and neither connected nor connecting. The file may be no socket at all: what is
 * read of it then is checked when the call ends. Returns whether it was noted.
 */
static __always_inline bool call_socket(struct call *call, struct socket *socket)
{
	struct sock *sk;
	__u16 protocol;

	if (!socket || READ_ADDR(socket, state) != SS_UNCONNECTED)
		return false;
	sk = READ_ADDR(socket, sk);
	protocol = READ_ADDR(sk, sk_protocol);
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_MPTCP)
		return false;
	call->socket = (__u64)socket;
	call->sk = protocol == IPPROTO_TCP ? (__u64)sk : 0;
	return true;
}

SEC("tracepoint/syscalls/sys_enter_connect")
int connect_enter(struct trace_event_raw_sys_enter *ctx)
{
	enum turn turn = turn_now();
	struct socket *socket;
	struct file *file;
	struct call *call;

	if (turn == TURN_OTHERS || !pid_wanted() ||
	    (FAULT(ENTRIES_SKIPPED) && bpf_get_prandom_u32() & 1))
		return 0;
	call = call_slot(true);
	if (!call) {
		COUNT(state);
		return 0;
	}
	if (!turn_at_call(call, turn, true))
		return 0;
	file = file_of_fd(ctx->args[0]);
	socket = READ_ADDR(file, private_data);
	if (call->entered)
		call_unfinished(call);
	call_begin(call, ctx->args[0], ctx->args[1], ctx->args[2]);
	if (call_socket(call, socket))
		call_request(call);
	return 0;
}

/* The call failed before SYN_SENT: the request is all there is to know. */
static __always_inline void call_not_sent(struct call *call, const struct sock *sk, __u16 error)
{
	struct attempt attempt = {
		.origin = ORIGIN_CONNECT,
		.flags = ATTEMPT_NOT_SENT,
		.start_ns = bpf_ktime_get_boot_ns(),
		.cpu = bpf_get_smp_processor_id(),
	};

	attempt_request(&attempt, call);
	if (!(attempt.flags & ATTEMPT_REQUESTED))
		return; /* it asked for no destination */
	attempt.family = call->request.family;
	attempt.dport = call->request.port;
	attempt.scope_id = call->request.scope_id;
	address_copy(attempt.daddr, call->request.addr);
	if (call->request.mapped)
		attempt.flags |= ATTEMPT_MAPPED;
	attempt.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	identity_of(&attempt, current_task());
	if (config.min_latency_ns || !destination_wanted(&attempt) || !process_wanted(&attempt))
		return;
	announce(&attempt);
	event_send(EVENT_CONNECT, &attempt, attempt.start_ns, 0, 0);
	event_send(EVENT_FAILED, &attempt, attempt.start_ns, error, 0);
}

/* The TCP socket that the descriptor names; NULL if it names none. */
static __always_inline struct sock *tcp_sock_of_fd(__u32 fd, struct socket **ret_socket)
{
	struct file *file = file_of_fd(fd);
	struct socket *socket = file ? socket_of_file(file) : NULL;
	struct sock *sk = BPF_CORE_READ(socket, sk);

	*ret_socket = socket;
	return sk && BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP ? sk : NULL;
}

/* How many of a thread's seccomp filters are looked at; it is rare that there are so many. */
#define FILTERS_MAX 16

/* Whether a supervisor answers calls of the thread (SECCOMP_RET_USER_NOTIF). */
static __always_inline bool is_supervised(const struct task_struct *task)
{
	struct seccomp_filter *filter = NULL;

	if (!bpf_core_field_exists(filter->notif))
		return false;
	filter = BPF_CORE_READ(task, seccomp.filter);
	for (int i = 0; filter && i < FILTERS_MAX; i++) {
		if (BPF_CORE_READ(filter, notif))
			return true;
		filter = BPF_CORE_READ(filter, prev);
	}
	return false;
}

/*
 * A call ends whose beginning no program saw. Most often seccomp has answered it in the kernel's
 * place, and the program's request is all that we tell of. Two other calls look like that, and are
 * left out. Both are on a socket that has chosen a sequence number (write_seq), which it keeps for
 * good:
 * - the call was under way when tracing began, and so it is the first of its thread (thread_seen);
 * - a supervisor has connected the socket in its ward's place: the attempt is the supervisor's.
 */
static __always_inline void call_not_entered(__u16 error, bool thread_seen)
{
	struct syscall_regs regs;
	struct socket *socket;
	struct call call = {};
	struct sock *sk;

	if (!syscall_of_current(&regs))
		return;
	sk = tcp_sock_of_fd(regs.arg[0], &socket);
	if (!sk || BPF_CORE_READ(socket, state) != SS_UNCONNECTED)
		return;
	if (BPF_CORE_READ((struct tcp_sock *)sk, write_seq) &&
	    (!thread_seen || is_supervised(current_task())))
		return;
	call_begin(&call, regs.arg[0], regs.arg[1], regs.arg[2]);
	call_not_sent(&call, sk, error);
}

/*
 * Another thread has closed the descriptor during the call, or has put something else in its place.
 * The socket is still there: the kernel lets go of what the call holds of it on the way to user
 * mode, after this program.
 */
static __always_inline void call_lost_socket(struct call *call, bool replaced, __u16 error)
{
	/* EBADF, ENOTSOCK: the descriptor was none of a socket before the kernel looked. */
	if (!call->sk || error == EBADF || error == ENOTSOCK)
		return;
	if (replaced)
		COUNT(missed); /* the call was on this socket, or on what is there now */
	else
		call_not_sent(call, (struct sock *)call->sk, error);
}

/* The call started no attempt. */
static __always_inline void call_failed(struct call *call, __u16 error)
{
	struct socket *socket;
	struct sock *sk = tcp_sock_of_fd(call->fd, &socket);
	bool found = (__u64)socket == call->socket;

	if (error == EFAULT)
		return; /* not all of the address can be read */
	/* A descriptor that names no TCP socket any more tells nothing of which call this is. */
	if (call_match(call, found || sk ? (__u64)socket : 0) != CALL_CURRENT) {
		if (sk)
			call_not_entered(error, true);
	} else if (!found) {
		call_lost_socket(call, socket, error);
	} else if (call->sk) {
		/* Not sk: the socket may be closed in this moment. */
		call_not_sent(call, (struct sock *)call->sk, error);
	}
}

/* The result is still to come, but an ICMP error may have come within the call. */
static __always_inline void call_pending(__u64 key)
{
	struct tcp_sock *tp = (struct tcp_sock *)key;
	struct sock *sk = (struct sock *)key;
	int soft = READ_ADDR(sk, sk_err_soft);
	struct tracked *tracked;

	if (!soft)
		return;
	tracked = tracked_find(key);
	if (stage_of(tracked) == STAGE_PENDING)
		soft_error_note(tracked, soft, READ_ADDR(tp, total_retrans));
}

/* The attempt found no room; but what the call returns to its program is known here. */
static __always_inline void call_sent_untracked(__u64 key, __u8 state, long ret)
{
	struct attempt *attempt = untracked_slot(false);
	__u64 now = bpf_ktime_get_boot_ns();
	__u16 error = final_error(ret);

	if (!attempt || !latency_wanted(attempt, now))
		return;
	attempt->flags |= ATTEMPT_UNTIMED | ATTEMPT_UNTRACKED;
	if (!ret) {
		attempt->sport = bpf_ntohs(
			BPF_CORE_READ((struct tcp_sock *)key, inet_conn.icsk_inet.inet_sport));
		if (!config.min_latency_ns)
			event_send(EVENT_ESTABLISHED, attempt, now, 0, 0);
	} else if (error && state == TCP_CLOSE) {
		event_send(EVENT_FAILED, attempt, now, error, 0);
	}
}

/*
 * The errno is that of the attempt only if the slot is about this call. If the slot is not, the end
 * of the call that the attempt began in was skipped.
 */
static __always_inline void call_result(const struct call *call, struct tracked *tracked,
					enum evidence evidence, long ret)
{
	__u64 key = call->attempt_sk, now = bpf_ktime_get_boot_ns();
	struct step step;

	if (call_match(call, 0) != CALL_CURRENT) {
		call_unfinished(call);
		return;
	}
	step = advance(tracked->stage, evidence);
	if (tracked->stage == STAGE_CLOSED_IN_CALL)
		now = tracked->result_ns;
	if (step.actions & ACTION_ESTABLISHED)
		tracked->attempt.sport = bpf_ntohs(
			BPF_CORE_READ((struct tcp_sock *)key, inet_conn.icsk_inet.inet_sport));
	step = step_wanted(step, tracked, now);
	if (step.actions & ACTION_DEFERRED) {
		tracked->attempt.flags |= ATTEMPT_DEFERRED;
		return; /* the stage can be another by now */
	}
	result_send(tracked, step, now, final_error(ret));
	attempt_move(key, tracked, step);
}

/*
 * The call did start an attempt. If its result has come and the entry says that it has not, the
 * programs at the state changes were skipped.
 *
 * This runs without the socket's lock. The kernel changes the state after those programs have run,
 * so the state is read first, and then the map: what the map says is then no older.
 */
static __always_inline void call_sent(const struct call *call, long ret)
{
	__u64 key = call->attempt_sk;
	struct sock *sk = (struct sock *)key;
	__u8 state = READ_ADDR(sk, __sk_common.skc_state);
	bool pending = state == TCP_SYN_SENT || state == TCP_SYN_RECV;
	struct tracked *tracked;

	if (pending && ret) {
		call_pending(key);
		return;
	}
	tracked = tracked_find(key);
	if (!tracked && call->untracked && !pending)
		call_sent_untracked(key, state, ret);
	/* Another thread can have begun another attempt on that socket by now. */
	if (!tracked || tracked->attempt.tid != (__u32)bpf_get_current_pid_tgid())
		return;
	if (tracked->stage != STAGE_CLOSED_IN_CALL &&
	    (tracked->stage != STAGE_PENDING || FAULT(ONE_COPY)))
		return;
	if (pending)
		call_result(call, tracked, EVIDENCE_RETURNED_PENDING, ret);
	else if (ret && state == TCP_CLOSE)
		call_result(call, tracked, EVIDENCE_RETURNED_CLOSED, ret);
	else
		call_result(call, tracked, EVIDENCE_RETURNED_OPEN, ret);
}

static __always_inline void call_returned(struct call *call, long ret)
{
	__u16 error = final_error(ret);

	if (call->attempt_sk)
		call_sent(call, ret);
	else if (call->socket && call->began_tracked && error && is_tracking())
		call_failed(call, error);
}

/*
 * Two copies run at each end of a call. Returns whether the other copy has done the work. If only
 * the second runs, the kernel has counted the skip of the first, and this counts it as recovered.
 * Without a slot, for want of memory, nothing can be told, so the second does nothing.
 */
static __always_inline bool exit_is_handled(struct call *call, bool second)
{
	bool before;

	if (!call)
		return second;
	before = call->exit_handled;
	call->exit_handled = !second;
	if (second && !before)
		COUNT(recovered);
	return second && before;
}

/* A test's own: other connections of the host are left alone. */
static __always_inline bool is_of_netns(const struct call *call)
{
	const struct sock *sk = (const struct sock *)call->sk;

	return BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) == config.netns;
}

/*
 * Whether a test has asked that the kernel skips this, and its second copy. Lost is then what an
 * attempt that never left would have told.
 */
static __always_inline bool exit_is_skipped(const struct call *call, bool second)
{
	struct syscall_regs regs;
	struct socket *socket;
	struct sock *sk;

	if (FAULT(EXITS_LOST) && call && call->request.port == 80 && is_of_netns(call)) {
		if (!second)
			COUNT(skipped);
		return true;
	}
	if (!FAULT(EXITS_SKIPPED))
		return false;
	if (second)
		return true;
	if (!(bpf_get_prandom_u32() & 1))
		return false;
	sk = syscall_of_current(&regs) ? tcp_sock_of_fd(regs.arg[0], &socket) : NULL;
	if (sk && !BPF_CORE_READ((struct tcp_sock *)sk, write_seq) &&
	    BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) == config.netns)
		COUNT(missed);
	return true;
}

static __always_inline void call_exit(long ret, bool second)
{
	enum turn turn = turn_now();
	__u16 error = final_error(ret);
	struct call *call;

	if (turn == TURN_OTHERS)
		return;
	call = call_slot(false);
	if (!call && (config.tp_preemptible || turn == TURN_GOES))
		call = call_slot(true);
	if (!turn_at_call(call, turn, !second))
		return;
	if (config.fault && exit_is_skipped(call, second))
		return;
	if (config.tp_preemptible && exit_is_handled(call, second))
		return;
	if (call && call->entered) {
		call_returned(call, ret);
		call_end(call);
	} else if (error && is_tracking()) {
		call_not_entered(error, call && call->thread_seen);
	}
}

SEC("tracepoint/syscalls/sys_exit_connect")
int connect_exit(struct trace_event_raw_sys_exit *ctx)
{
	call_exit(ctx->ret, false);
	return 0;
}

/* Where threads can be preempted in programs: see state.bpf.c. */
SEC("tracepoint/syscalls/sys_exit_connect")
int connect_exit_second(struct trace_event_raw_sys_exit *ctx)
{
	call_exit(ctx->ret, true);
	return 0;
}
