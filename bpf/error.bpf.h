/* SPDX-License-Identifier: MIT */
/*
 * The errno of an attempt that ended after SYN_SENT: what getsockopt(SO_ERROR) would give, or has
 * given already. SO_ERROR gives sk_err, or sk_err_soft where that is 0, and clears what it gives.
 */
#ifndef BPF_ERROR_BPF_H
#define BPF_ERROR_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/tracked.bpf.h"

/* How many entries of a socket's error queue are looked at: few others follow an ICMP error. */
#define ENTRIES_MAX 8

static __always_inline __u64 last_entry(const struct sock *sk)
{
	return READ_TRUSTED(sk, sk_error_queue.qlen) ? (__u64)READ_PTR(sk, sk_error_queue.prev) : 0;
}

/* What the socket has kept from an earlier use, so that it is not taken for this attempt's. */
static __always_inline void errors_begin(struct tracked *tracked, const struct sock *sk,
					 const struct tcp_sock *tp)
{
	tracked->stale_error = READ_TRUSTED(sk, sk_err);
	tracked->stale_soft = READ_TRUSTED(sk, sk_err_soft);
	tracked->stale_entry = last_entry(sk);
	tracked->stale_segs = READ_TRUSTED(tp, segs_out);
}

/* Whether the attempt got as far as a SYN. If it did not, nothing can have left. */
static __always_inline bool syn_was_built(const struct tracked *tracked, const struct tcp_sock *tp)
{
	return (__u16)READ_TRUSTED(tp, segs_out) != tracked->stale_segs;
}

/*
 * sk_err, if it is this attempt's: tcp_connect_init() clears what was there before just ahead of
 * the SYN.
 */
static __always_inline int socket_error(const struct tracked *tracked, const struct sock *sk,
					bool syn_built)
{
	int error = READ_TRUSTED(sk, sk_err);

	return syn_built || error != tracked->stale_error ? error : 0;
}

/*
 * error: the soft error that there is now; retransmits: the kernel's total_retrans when it came. An
 * errno that the socket had when the attempt began is not noted: it may be of an earlier use still.
 */
static __always_inline void soft_error_note(struct tracked *tracked, __u16 error, __u32 retransmits)
{
	if (!error || error == tracked->stale_soft || error == tracked->soft_error)
		return;
	tracked->soft_error = error;
	tracked->soft_retrans = retransmits;
}

/* The last ICMP error that came into the socket's error queue during the attempt; 0: none. */
static __always_inline int icmp_error(const struct tracked *tracked, const struct sock *sk)
{
	struct sk_buff *skb = (struct sk_buff *)last_entry(sk);
	__u32 n = READ_TRUSTED(sk, sk_error_queue.qlen);
	struct sock_exterr_skb *entry;
	__u8 origin;

	for (__u32 i = 0; i < ENTRIES_MAX; i++) {
		if (i >= n || (__u64)skb == tracked->stale_entry)
			return 0;
		entry = (struct sock_exterr_skb *)&skb->cb;
		origin = BPF_CORE_READ(entry, ee.ee_origin);
		if (origin == SO_EE_ORIGIN_ICMP || origin == SO_EE_ORIGIN_ICMP6)
			return BPF_CORE_READ(entry, ee.ee_errno);
		skb = BPF_CORE_READ(skb, prev);
	}
	return 0;
}

/*
 * What SO_ERROR would give, or has given, where there is no sk_err: an ICMP error that comes while
 * the socket is in use, within connect(2) itself as a rule, is a soft one. It ends no attempt, but
 * whoever asks gets it. Where the kernel has sent the SYN again since and nobody has asked, it was
 * not what the attempt came to. MPTCP keeps a subflow's soft errors from its program.
 */
static __always_inline int waiting_error(const struct tracked *tracked, const struct sock *sk,
					 const struct tcp_sock *tp)
{
	int soft = READ_TRUSTED(sk, sk_err_soft), icmp = icmp_error(tracked, sk);
	__u16 last;

	if (is_subflow(tp))
		return 0;
	if (!soft)
		return icmp ? icmp : tracked->soft_error; /* given */
	if (soft == tracked->stale_soft && !icmp)
		return 0;
	/*
	 * Whether a SYN was sent after it. An error that was not noted is newer than the last one
	 * that was seen; but kernels whose tracepoint has no errno show none that could not leave.
	 */
	last = soft == tracked->soft_error ? tracked->soft_retrans : tracked->total_retrans;
	return (__u16)READ_TRUSTED(tp, total_retrans) == last ? soft : 0;
}

#endif
