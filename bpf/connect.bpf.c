// SPDX-License-Identifier: MIT
/*
 * connect(2) itself: what the program asked for, the errno of what failed at once, and attempts
 * that never left. It annotates what state.bpf.c sees.
 */
#include "bpf/attempt.bpf.h"
#include "bpf/socket.bpf.h"

/* asm-generic/errno.h and, for the restart codes, linux/errno.h. */
#define EINTR	      4
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
 * Fills in the call if it can start an attempt: the descriptor is a TCP (or MPTCP) socket that is
 * neither connected nor connecting. Returns whether it can.
 */
static __always_inline bool call_open(struct call *call, __u32 fd, __u64 uaddr, __u32 addrlen)
{
	struct socket *socket = socket_of_fd(fd);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (!socket || !sk || BPF_CORE_READ(socket, state) != SS_UNCONNECTED)
		return false;
	call->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (call->protocol != IPPROTO_TCP && call->protocol != IPPROTO_MPTCP)
		return false;
	call->sk = (__u64)sk;
	call->uaddr = uaddr;
	call->addrlen = addrlen;
	call->requested_family =
		address_from_user(call->requested, &call->requested_port, uaddr, addrlen);
	return true;
}

SEC("tracepoint/syscalls/sys_enter_connect")
int connect_enter(struct trace_event_raw_sys_enter *ctx)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tid = (__u32)pid_tgid;
	struct call call = {};

	if (!process_wanted(pid_tgid >> 32))
		return 0;
	if (!call_open(&call, ctx->args[0], ctx->args[1], ctx->args[2]))
		return 0;
	if (bpf_map_update_elem(&calls, &tid, &call, BPF_ANY))
		COUNT(state);
	return 0;
}

/* The call failed before SYN_SENT: the request is all there is to know. */
static __always_inline void call_not_sent(struct call *call, __u16 error)
{
	struct attempt attempt = {
		.origin = ORIGIN_CONNECT,
		.flags = ATTEMPT_NOT_SENT,
		.start_ns = bpf_ktime_get_boot_ns(),
		.cpu = bpf_get_smp_processor_id(),
	};
	struct sock *sk = (struct sock *)call->sk;

	if (call->protocol != IPPROTO_TCP)
		return;
	attempt_request(&attempt, call);
	if (!(attempt.flags & ATTEMPT_REQUESTED))
		return; /* it asked for no destination */
	attempt.family = call->requested_family;
	attempt.dport = call->requested_port;
	address_copy(attempt.daddr, call->requested);
	if (attempt.family == 4 && BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6)
		attempt.flags |= ATTEMPT_MAPPED;
	attempt.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	identity_of_current(&attempt);
	if (!attempt_wanted(&attempt))
		return;
	event_send(EVENT_CONNECT, &attempt, attempt.start_ns, 0, 0);
	event_send(EVENT_FAILED, &attempt, attempt.start_ns, error, 0);
}

/* The call did start an attempt, which may have ended within it. */
static __always_inline void call_sent(const struct call *call, long ret)
{
	__u64 key = call->attempt_sk;
	struct tracked *tracked = bpf_map_lookup_elem(&conns, &key);

	if (!tracked)
		return;
	if (tracked->ended_ns)
		attempt_end(key, tracked, tracked->ended_ns, final_error(ret));
	else if (!ret && !tracked->established_ns)
		tracked->attempt.flags |= ATTEMPT_DEFERRED; /* success, and no handshake yet */
}

/*
 * seccomp can answer in the kernel's place: then there is an exit without an entry. So there is for
 * a call that was under way when tracing began, for one on a socket that is none of ours and for
 * one that was repeated; of all these, only seccomp's is about a socket that never had a peer.
 */
static __always_inline void call_not_entered(__u16 error)
{
	struct syscall_args args;
	struct call call = {};
	struct sock *sk;

	if (!error || !syscall_args_of_current(&args))
		return;
	if (!call_open(&call, args.arg[0], args.arg[1], args.arg[2]))
		return;
	sk = (struct sock *)call.sk;
	if (!BPF_CORE_READ(sk, __sk_common.skc_dport))
		call_not_sent(&call, error);
}

SEC("tracepoint/syscalls/sys_exit_connect")
int connect_exit(struct trace_event_raw_sys_exit *ctx)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &tid);
	__u16 error = final_error(ctx->ret);

	if (!call) {
		call_not_entered(error);
		return 0;
	}
	if (call->attempt_sk)
		call_sent(call, ctx->ret);
	else if (error)
		call_not_sent(call, error);
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}
