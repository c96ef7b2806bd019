/* SPDX-License-Identifier: MIT */
/* The connect(2) that a thread is in: what sys_enter_connect leaves for the other programs. */
#ifndef BPF_CALL_BPF_H
#define BPF_CALL_BPF_H

#include "bpf/address.bpf.h"
#include "bpf/compat.bpf.h"
#include "bpf/gate.bpf.h"
#include "bpf/maps.bpf.h"

struct call {
	__u64 socket;	  /* what the descriptor names; 0: nothing that could start an attempt */
	__u64 sk;	  /* its sock, if that is TCP's own; else 0 */
	__u64 attempt_sk; /* the sock of the attempt that the call started; 0: none yet */
	__u64 uaddr;	  /* the sockaddr, in user memory */
	__u32 addrlen;
	__u32 fd;
	struct request request; /* what is at uaddr; its family is 0 until it has been read */
	__u8 entered;		/* the thread is in the call */
	__u8 began_tracked;	/* it began when its attempt was sure to be seen */
	bool thread_seen;	/* a call of the thread was seen to begin */
	bool untracked;		/* the attempt is in untracked_calls, having found no other room */
	bool exit_handled; /* by the first copy of the program at its end, not yet by the second */
	bool others; /* a set of programs that goes has acted at this very event: gate.bpf.h */
};

/* Kept by the thread, and gone with it. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call);
} calls SEC(".maps") SHARED;

/*
 * The same by thread id, where the kernel has no task storage for tracing programs: before Linux
 * 5.12 (a10787e6d58c). Only what config.task_storage chooses of the two is created. A slot ends
 * with its call, so that no later thread of that id finds it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u32);
	__type(value, struct call);
} calls_by_tid SEC(".maps") SHARED;

static __always_inline struct call *call_slot_by_tid(bool create)
{
	const struct call none = {};
	__u32 tid = bpf_get_current_pid_tgid();

	if (create)
		bpf_map_update_elem(&calls_by_tid, &tid, &none, BPF_ANY);
	return bpf_map_lookup_elem(&calls_by_tid, &tid);
}

/* The slot of the current thread; NULL if it has none, or, with create, if there is no memory. */
static __always_inline struct call *call_slot(bool create)
{
	if (!config.task_storage)
		return call_slot_by_tid(create);
	return bpf_task_storage_get(&calls, (void *)bpf_get_current_task_btf(), NULL,
				    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

/*
 * Whether it is this set's turn at the beginning or end of a call. first: this is the first program
 * of its set at the event. call: NULL if the thread has no slot.
 */
static __always_inline bool turn_at_call(struct call *call, enum turn turn, bool first)
{
	if (turn == TURN_OURS || turn == TURN_OTHERS || !call)
		return turn != TURN_OTHERS && turn != TURN_GONE;
	if (turn == TURN_COMES)
		return !call->others;
	if (turn == TURN_GOES || first)
		call->others = turn == TURN_GOES;
	return turn == TURN_GOES;
}

/* What the thread asks for; the address itself is read only if it may matter. */
static __always_inline void call_begin(struct call *call, __u32 fd, __u64 uaddr, __u32 addrlen)
{
	call->socket = 0;
	call->sk = 0;
	call->attempt_sk = 0;
	call->fd = fd;
	call->uaddr = uaddr;
	call->addrlen = addrlen;
	call->request.family = 0;
	call->entered = true;
	call->began_tracked = is_tracking();
	call->thread_seen = true;
	call->untracked = false;
	call->exit_handled = false;
}

/*
 * The kernel skipped the program at the call's beginning: what that would have left. Without it the
 * end of the call would look like one that seccomp has answered.
 */
static __always_inline struct call *call_begin_late(void)
{
	struct syscall_regs regs;
	struct call *call;

	if (!syscall_of_current(&regs))
		return NULL;
	call = call_slot(true);
	if (!call)
		return NULL;
	call_begin(call, regs.arg[0], regs.arg[1], regs.arg[2]);
	return call;
}

/* What the slot of a thread says of the connect(2) that the thread is in, its end included. */
enum call_match {
	CALL_NONE,    /* the thread is in no connect(2) */
	CALL_UNSEEN,  /* the thread is in one whose beginning reached no program */
	CALL_STALE,   /* the slot is about an earlier call, whose end reached no program */
	CALL_CURRENT, /* the slot is about this call */
};

/*
 * call: the slot, or NULL. socket: what the call is on; 0 if that cannot be told. Then the
 * registers tell, but less surely: calls in a loop often have the same.
 */
static __always_inline enum call_match call_match(const struct call *call, __u64 socket)
{
	bool entered = call && call->entered;
	struct syscall_regs regs;

	if (entered && socket)
		return call->socket == socket ? CALL_CURRENT : CALL_STALE;
	if (!syscall_of_current(&regs))
		return entered ? CALL_CURRENT : CALL_NONE; /* the slot is all there is to go by */
	if (regs.nr != NR_CONNECT)
		return entered ? CALL_STALE : CALL_NONE;
	if (!entered)
		return CALL_UNSEEN;
	return (__u32)regs.arg[0] == call->fd && regs.arg[1] == call->uaddr &&
			       (__u32)regs.arg[2] == call->addrlen
		       ? CALL_CURRENT
		       : CALL_STALE;
}

/* The thread has returned from it. */
static __always_inline void call_end(struct call *call)
{
	__u32 tid;

	call->entered = false;
	if (config.task_storage || call->others)
		return;
	tid = bpf_get_current_pid_tgid();
	bpf_map_delete_elem(&calls_by_tid, &tid);
}

/* Reads the address that it asks for. */
static __always_inline void call_request(struct call *call)
{
	request_from_user(&call->request, call->uaddr, call->addrlen);
}

/*
 * The call that the current thread is in, if any. In an interrupt that is a
 * thread which has nothing to do with it: match what the call says with the socket at hand.
 */
static __always_inline struct call *call_current(void)
{
	struct call *call;

	if (!config.syscalls)
		return NULL;
	call = call_slot(false);
	return call && call->entered ? call : NULL;
}

/* The same, if the attempt on that socket began in it. */
static __always_inline struct call *call_of_attempt(__u64 key)
{
	struct call *call = call_current();

	return call && call->attempt_sk == key ? call : NULL;
}

#endif
