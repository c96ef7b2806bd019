/* SPDX-License-Identifier: MIT */
/*
 * The system call that the current task has a message of a socket in: where in the task's memory
 * the message lies, and the address that it goes to. Only native calls: those of 32-bit programs
 * lay their arguments out otherwise.
 */
#ifndef BPF_MESSAGE_BPF_H
#define BPF_MESSAGE_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/socket.bpf.h"

/* Numbers in the native system call tables, which never change. */
#if defined(__TARGET_ARCH_x86)
#define NR_READ	    0
#define NR_READV    19
#define NR_SENDTO   44
#define NR_RECVFROM 45
#define NR_SENDMSG  46
#define NR_RECVMSG  47
#define NR_RECVMMSG 299
#define NR_SENDMMSG 307
#elif defined(__TARGET_ARCH_arm64)
#define NR_READ	    63
#define NR_READV    65
#define NR_SENDTO   206
#define NR_RECVFROM 207
#define NR_SENDMSG  211
#define NR_RECVMSG  212
#define NR_RECVMMSG 243
#define NR_SENDMMSG 269
#endif

/* struct iovec of linux/uio.h, and how struct msghdr of linux/socket.h begins. */
struct user_iovec {
	__u64 base;
	__u64 len;
};

struct user_msghdr {
	__u64 name;
	__u32 name_len;
	__u32 padding;
	__u64 iov;
	__u64 iov_len;
};

/* Where a message, or its beginning, goes to. */
struct user_buffer {
	__u64 base;
	__u64 len;
	__u32 before; /* bytes of what was received that lie elsewhere, before it */
	bool last;    /* nothing of what was received lies behind it */
};

static __always_inline __u64 registers_nr(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return READ_ADDR(regs, orig_ax);
#elif defined(__TARGET_ARCH_arm64)
	return READ_ADDR(regs, syscallno);
#endif
}

/* Arguments of a call, by number from 0: those that are read here. */
static __always_inline __u64 registers_arg0(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return READ_ADDR(regs, di);
#elif defined(__TARGET_ARCH_arm64)
	return READ_ADDR(regs, orig_x0);
#endif
}

static __always_inline __u64 registers_arg1(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return READ_ADDR(regs, si);
#elif defined(__TARGET_ARCH_arm64)
	return READ_ADDR(regs, user_regs.regs[1]);
#endif
}

static __always_inline __u64 registers_arg2(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return READ_ADDR(regs, dx);
#elif defined(__TARGET_ARCH_arm64)
	return READ_ADDR(regs, user_regs.regs[2]);
#endif
}

static __always_inline __u64 registers_arg4(const struct pt_regs *regs)
{
#if defined(__TARGET_ARCH_x86)
	return READ_ADDR(regs, r8);
#elif defined(__TARGET_ARCH_arm64)
	return READ_ADDR(regs, user_regs.regs[4]);
#endif
}

/*
 * The socket that the current call names by its first argument; NULL if that is none's descriptor.
 * What an io_uring does may come at the end of any other call, whose registers say nothing of it.
 */
static __always_inline const struct sock *sock_of_call(const struct pt_regs *regs)
{
	struct file *file = file_of_fd(registers_arg0(regs));
	struct socket *socket = file ? socket_of_file(file) : NULL;

	return socket ? READ_ADDR(socket, sk) : NULL;
}

/*
 * The first of n. Who reads from a stream may have the length of a message, two bytes, put in a
 * place apart: then it is the second.
 */
static __always_inline bool buffer_of_iovecs(struct user_buffer *buffer, __u64 iov, __u64 n,
					     bool stream)
{
	struct user_iovec iovec;

	buffer->before = 0;
	if (!n || bpf_probe_read_user(&iovec, sizeof(iovec), (const void *)iov))
		return false;
	if (stream && n > 1 && iovec.len == sizeof(__u16)) {
		buffer->before = sizeof(__u16);
		n--;
		iov += sizeof(iovec);
		if (bpf_probe_read_user(&iovec, sizeof(iovec), (const void *)iov))
			return false;
	}
	buffer->base = iovec.base;
	buffer->len = iovec.len;
	buffer->last = n == 1;
	return true;
}

/* Where the current call puts what it receives. Returns false if that cannot be told. */
static __always_inline bool buffer_of_call(struct user_buffer *buffer, const struct pt_regs *regs,
					   bool stream)
{
	__u64 nr = registers_nr(regs), at = registers_arg1(regs), n = registers_arg2(regs);
	struct user_msghdr header;

	if (nr == NR_RECVFROM || nr == NR_READ) {
		*buffer = (struct user_buffer){.base = at, .len = n, .last = true};
		return true;
	}
	if (nr == NR_READV)
		return buffer_of_iovecs(buffer, at, n, stream);
	/* Of several messages of recvmmsg(2), which one has come is not known. */
	if (nr != NR_RECVMSG && (nr != NR_RECVMMSG || n != 1))
		return false;
	if (bpf_probe_read_user(&header, sizeof(header), (const void *)at))
		return false;
	return buffer_of_iovecs(buffer, header.iov, header.iov_len, stream);
}

/*
 * The message that the current call sends; NULL if that cannot be told, as of several of
 * sendmmsg(2), or if its first two bytes do not lie together.
 */
static __always_inline const void *sent_by_call(const struct pt_regs *regs)
{
	__u64 nr = registers_nr(regs), at = registers_arg1(regs);
	struct user_msghdr header;
	struct user_iovec iovec;

	if (nr == NR_SENDTO)
		return (const void *)at;
	if (nr != NR_SENDMSG && (nr != NR_SENDMMSG || registers_arg2(regs) != 1))
		return NULL;
	if (bpf_probe_read_user(&header, sizeof(header), (const void *)at) || !header.iov_len ||
	    bpf_probe_read_user(&iovec, sizeof(iovec), (const void *)header.iov) ||
	    iovec.len < sizeof(__u16))
		return NULL;
	return (const void *)iovec.base;
}

/*
 * The port that the current call sends to, in network byte order; 0: it names none. Of several
 * messages of sendmmsg(2), that of the first.
 */
static __always_inline __be16 port_of_call(const struct pt_regs *regs)
{
	struct {
		__u16 family; /* in both families, the port is behind it */
		__be16 port;
	} to = {};
	__u64 nr = registers_nr(regs), at;

	if (nr == NR_SENDTO) {
		at = registers_arg4(regs);
	} else if (nr == NR_SENDMSG || nr == NR_SENDMMSG) {
		/* struct msghdr begins with the address of the address. */
		if (bpf_probe_read_user(&at, sizeof(at), (const void *)registers_arg1(regs)))
			return 0;
	} else {
		return 0;
	}
	if (bpf_probe_read_user(&to, sizeof(to), (const void *)at))
		return 0;
	return to.family == AF_INET || to.family == AF_INET6 ? to.port : 0;
}

#endif
