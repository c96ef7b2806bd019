/* SPDX-License-Identifier: MIT */
/* What differs between kernels and machines; every fallback names the version that needs it. */
#ifndef BPF_COMPAT_BPF_H
#define BPF_COMPAT_BPF_H

#include "bpf/maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#define HAS_HELPER(name) bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_##name)

/*
 * Which read for which pointer, in any program:
 * - READ_TRUSTED(): a typed argument of a program at a tracepoint with BTF; current_task();
 *   tcp_sock_of(); CAST(); and what READ_TRUSTED() and READ_PTR() have read through these.
 * - READ_PTR(): the same pointers, where the field is a pointer through which more is read.
 * - READ_ADDR(): a number that is the address of something alive: a map's key, a field of struct
 *   call, a socket in a descriptor table; in classic tracepoints, the arguments too.
 * - BPF_CORE_READ(): the same where it runs seldom or follows a chain of fields; the pointers in an
 *   iterator's context; and memory that may be gone or another's, whose value is then checked.
 *
 * Without BTF (config.has_btf is 0) no pointer is typed, and all four are BPF_CORE_READ(), which is
 * a call of a helper.
 */

/*
 * Whether the verifier knows the types of the kernel's pointers, so that what they point to is read
 * like any memory. The kernel must have BTF of its own (config.has_btf). The type of the current
 * task, which the same reads are used for, is known since Linux 5.11 (3ca1032ab7ab).
 */
#define TYPED (HAS_HELPER(get_current_task_btf) && config.has_btf)

#define READ_TRUSTED(pointer, field) (TYPED ? (pointer)->field : BPF_CORE_READ(pointer, field))

#define READ_TRUSTED_BITFIELD(pointer, field)                                                      \
	(TYPED ? BPF_CORE_READ_BITFIELD(pointer, field)                                            \
	       : BPF_CORE_READ_BITFIELD_PROBED(pointer, field))

/*
 * A type for an address that the verifier knows nothing of: since Linux 6.2 (a35b9af4ec2c) it takes
 * our word (config.has_rdonly_cast). Reads through a cast pointer cost no call, which takes 45 ns
 * here.
 */
static void *(*const rdonly_cast)(const void *, __u32 btf_id) = (void *)CALL_RDONLY_CAST;

#define CAST(type, pointer) ((type *)rdonly_cast(pointer, bpf_core_type_id_kernel(type)))

#define READ_CAST(pointer, field) (CAST(typeof(*(pointer)), pointer)->field)

#define READ_ADDR(pointer, field)                                                                  \
	(config.has_rdonly_cast ? READ_CAST(pointer, field) : BPF_CORE_READ(pointer, field))

/*
 * READ_TRUSTED() of a field that is a pointer itself. For a read through a pointer that the
 * verifier trusts, the verifier searches all names of the kernel's types, and again for each read
 * through the pointer that was read: half the time that loading took. A cast pointer is not
 * trusted, so nothing is searched.
 */
#define READ_PTR(pointer, field)                                                                   \
	(config.has_rdonly_cast ? READ_CAST(pointer, field) : READ_TRUSTED(pointer, field))

/*
 * alive: the pointer is one that the verifier trusts; else an address. What is read there when the
 * socket is gone may be anything, but does no harm.
 */
#define READ_SOCKET(alive, pointer, field)                                                         \
	((alive) ? READ_TRUSTED(pointer, field) : READ_ADDR(pointer, field))

/* The pointer that is at an address; NULL if it cannot be read. */
static __always_inline void *pointer_at(const void *address)
{
	void *pointer = NULL;

	if (config.has_rdonly_cast)
		return READ_ADDR((const struct list_head *)address, next);
	bpf_probe_read_kernel(&pointer, sizeof(pointer), address);
	return pointer;
}

static __always_inline struct task_struct *current_task(void)
{
	if (TYPED)
		return (struct task_struct *)bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

/*
 * The id of the cgroup at that level which the current task is in or below; 0: it is not so deep.
 * The helper, which is older, may be called by tracing programs since Linux 5.15 (95b861a7935b),
 * like task_pt_regs(). Before, and until 6.1 (7f203bc89eb6), a cgroup has the ids of its ancestors.
 */
static __always_inline __u64 ancestor_cgroup_id(__u32 level)
{
	struct task_struct *task = current_task();
	struct cgroup *cgroup;
	__u64 id = 0;

	if (HAS_HELPER(task_pt_regs))
		return bpf_get_current_ancestor_cgroup_id(level);
	cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	if (level <= (__u32)BPF_CORE_READ(cgroup, level))
		bpf_core_read(&id, sizeof(id),
			      &((struct cgroup___before_6_1 *)cgroup)->ancestor_ids[level]);
	return id;
}

/*
 * NULL if it is another protocol's: SCTP's, or MPTCP's own socket. A cast is no call, which the
 * helper is.
 */
static __always_inline struct tcp_sock *tcp_sock_of(const struct sock *sk)
{
	if (config.has_rdonly_cast)
		return sk->sk_protocol == IPPROTO_TCP ? CAST(struct tcp_sock, sk) : NULL;
	if (TYPED)
		return bpf_skc_to_tcp_sock((void *)sk);
	return BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP ? (struct tcp_sock *)sk : NULL;
}

/* The same of a socket that was cast. */
static __always_inline struct tcp_sock *tcp_sock_of_cast(const struct sock *sk)
{
	return sk->sk_protocol == IPPROTO_TCP ? CAST(struct tcp_sock, sk) : NULL;
}

/*
 * The cgroup that a socket was made in; NULL: not known. Before Linux 5.15 (8520e224f547) what a
 * socket has in its place may be something else.
 */
static __always_inline const struct kernfs_node *socket_cgroup(const struct sock *sk)
{
	const struct cgroup *cgroup;

	if (!bpf_core_field_exists(sk->sk_cgrp_data.cgroup))
		return NULL;
	cgroup = READ_ADDR(sk, sk_cgrp_data.cgroup);
	return cgroup ? READ_ADDR(cgroup, kn) : NULL;
}

#define ENOBUFS 105 /* asm-generic/errno.h */

/*
 * tcp_retransmit_skb: why the segment could not leave this host; 0: it has left. Newer kernels call
 * it for those that could not too, with an errno as a third argument, which the event's own
 * structure has as well. A positive number is a queue's verdict (NET_XMIT_DROP), of which
 * net_xmit_errno() of linux/netdevice.h makes ENOBUFS.
 */
static __always_inline __u16 retransmit_error(const unsigned long long *ctx)
{
	int err;

	if (!bpf_core_field_exists(struct trace_event_raw_tcp_retransmit_skb, err))
		return 0;
	err = (int)ctx[2];
	return err > 0 ? ENOBUFS : -err;
}

/* Whether it is a subflow of MPTCP's; a kernel without CONFIG_MPTCP, as Debian's 5.10, has none. */
#define HAS_MPTCP bpf_core_field_exists(struct tcp_sock, is_mptcp)

static __always_inline bool is_subflow(const struct tcp_sock *tp)
{
	return HAS_MPTCP && READ_TRUSTED(tp, is_mptcp);
}

/* Whether the task has an io_uring: none has before Linux 5.10, or without CONFIG_IO_URING. */
static __always_inline bool has_io_uring(const struct task_struct *task)
{
	return bpf_core_field_exists(task->io_uring) && READ_PTR(task, io_uring);
}

/* connect(2) in the native system call tables, which never change. */
#if defined(__TARGET_ARCH_x86)
#define NR_CONNECT     42
#define NR_X32_CONNECT (0x40000000 | NR_CONNECT) /* __X32_SYSCALL_BIT of asm/unistd.h */
#elif defined(__TARGET_ARCH_arm64)
#define NR_CONNECT     203
#define NR_X32_CONNECT NR_CONNECT /* there is none */
#endif

/* A system call, from the registers that the current task entered it with. */
struct syscall_regs {
	__u64 nr;
	__u64 arg[3];
};

#define HAS_REGISTERS (HAS_HELPER(task_pt_regs) && config.has_btf)

/*
 * Where the current task's registers are: the helper is there since Linux 5.15 (dd6e10fbd9fb), if
 * the kernel has BTF. Without it, at the end of its kernel stack, whose size is not in BTF: this is
 * the one that x86-64 and arm64 have unless they are built with KASAN or with pages of 64 KiB.
 */
static __always_inline struct pt_regs *registers_of_current(void)
{
	const __u64 stack_size = 16384; /* THREAD_SIZE */

	if (HAS_REGISTERS)
		return (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return (struct pt_regs *)((__u64)READ_TRUSTED(current_task(), stack) + stack_size -
				  bpf_core_type_size(struct pt_regs));
}

/*
 * Returns whether syscall was filled in. Without the helper only connect(2) can be: what looks like
 * another call may be the wrong place.
 */
static __always_inline bool syscall_of_current(struct syscall_regs *syscall)
{
	struct pt_regs *regs = registers_of_current();

#if defined(__TARGET_ARCH_x86)
	syscall->nr = BPF_CORE_READ(regs, orig_ax);
	syscall->arg[0] = BPF_CORE_READ(regs, di);
	syscall->arg[1] = BPF_CORE_READ(regs, si);
	syscall->arg[2] = BPF_CORE_READ(regs, dx);
#elif defined(__TARGET_ARCH_arm64)
	syscall->nr = BPF_CORE_READ(regs, syscallno);
	syscall->arg[0] = BPF_CORE_READ(regs, orig_x0);
	syscall->arg[1] = BPF_CORE_READ(regs, user_regs.regs[1]);
	syscall->arg[2] = BPF_CORE_READ(regs, user_regs.regs[2]);
#endif
	return HAS_REGISTERS || syscall->nr == NR_CONNECT || syscall->nr == NR_X32_CONNECT;
}

/*
 * Whether the current task is in a 32-bit system call, or in x32's connect(2): the syscall
 * tracepoints do not show them.
 *
 * x86-64: TS_COMPAT of asm/thread_info.h, and of x32 the number that the registers have. arm64: the
 * mode that the task came from, PSR_MODE32_BIT of asm/ptrace.h, which user space knows too.
 * TIF_32BIT serves only before Linux 5.15 (dd6e10fbd9fb), where the registers cannot be reached for
 * sure: later it got another number, and its old one stands for something that 64-bit programs ask
 * for. Without BTF the registers cannot be reached either: then no call is taken for compat.
 */
static __always_inline bool in_compat_syscall(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	const __u32 ts_compat = 0x0002;
	struct syscall_regs regs;

	if (READ_TRUSTED(task, thread_info.status) & ts_compat)
		return true;
	return syscall_of_current(&regs) && regs.nr == NR_X32_CONNECT;
#elif defined(__TARGET_ARCH_arm64)
	const unsigned long tif_32bit = 1ul << 22;
	const __u64 psr_mode32_bit = 0x10;
	struct pt_regs *regs;

	if (!HAS_HELPER(task_pt_regs))
		return READ_TRUSTED(task, thread_info.flags) & tif_32bit;
	if (!config.has_btf)
		return false;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	return BPF_CORE_READ(regs, user_regs.pstate) & psr_mode32_bit;
#endif
}

#endif
