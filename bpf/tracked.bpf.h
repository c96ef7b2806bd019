/* SPDX-License-Identifier: MIT */
/*
 * Tracked attempts, by address of their socket: from SYN_SENT to their last event.
 *
 * Most are over within milliseconds, and a hash map's insertion and deletion cost more than all the
 * rest of an event. So each has a place of its own in a table; only if another attempt has taken
 * that is it kept in a hash map. Not in storage of the socket: that takes twice the memory, and is
 * not to be had before 5.11.
 *
 * The kernel changes a socket's state under the socket's lock, so an entry is not used by two CPUs
 * at once. Addresses are used again within milliseconds: an entry is overwritten at SYN_SENT and
 * forgotten at CLOSE. What the hash map has no room for is untracked: see untracked.bpf.h.
 */
#ifndef BPF_TRACKED_BPF_H
#define BPF_TRACKED_BPF_H

#include "bpf/maps.bpf.h"
#include "bpf/share.bpf.h"

/* An attempt, and the connection that it became. */
struct tracked {
	struct attempt attempt;
	__u64 established_ns;
	__u64 ended_ns;	     /* closed within its own connect(2), which will tell the errno */
	__u64 stale_entry;   /* the last entry that was in the socket's error queue before */
	__u32 retransmits;   /* segments sent again that left this host, SYNs included */
	__u32 total_retrans; /* as last seen: the kernel counts those that did not leave, too */
	__u16 retries;	     /* SYNs sent again that left; MAX_TCP_SYNCNT of net/tcp.h is 127 */
	__u16 soft_retrans;  /* total_retrans, of a SYN, when soft_error came */
	__u16 soft_error;    /* the last sk_err_soft that was seen in this attempt */
	__u16 stale_segs;    /* segs_out that the socket had from an earlier use, its lower half */
	__u16 stale_port;    /* likewise its source port */
	__u16 stale_error;   /* likewise sk_err */
	__u16 stale_soft;    /* likewise sk_err_soft */
	__u16 share;	     /* of those in conns: whose room it takes */
};

/* With 56 bytes of the hash map's and 8 of its allocator's: else each takes 512 in the kernel. */
_Static_assert(sizeof(struct tracked) + 56 + 8 <= 256, "struct tracked has grown");

#define PLACE_BITS 12
#define PLACES	   (1 << PLACE_BITS)

struct place {
	__u64 key;    /* the socket; 0: none */
	__u64 claims; /* how many claim it; who does so alone has it */
	__u64 begun;  /* the last attempt that a copy of state.bpf.c's program saw begin */
	struct tracked tracked;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PLACES);
	__type(key, __u32);
	__type(value, struct place);
} places SEC(".maps") SHARED;

#define CONNS_MAX 262144

/* Those that found their place taken. Elements are allocated on demand. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, CONNS_MAX);
	__type(key, __u64);
	__type(value, struct tracked);
} conns SEC(".maps") SHARED;

/* Never NULL, but the verifier does not know that. */
static __always_inline struct place *place_of(__u64 key)
{
	/* 2^32 divided by the golden ratio: Knuth's multiplicative hashing, TAOCP 6.4. */
	__u32 index = address_low(key) * 0x9e3779b1u >> (32 - PLACE_BITS);

	return bpf_map_lookup_elem(&places, &index);
}

static __always_inline struct tracked *tracked_find(__u64 key)
{
	struct place *place = place_of(key);

	if (place && place->key == key)
		return &place->tracked;
	return shared.hashed ? bpf_map_lookup_elem(&conns, &key) : NULL;
}

/* tracked->share is set: whose room it takes. */
static __always_inline bool tracked_hash(__u64 key, const struct tracked *tracked)
{
	struct share *share = share_at(tracked->share);

	if (!share_has_room(share, CONNS_MAX)) {
		share_refused(share, &tracked->attempt);
		return false;
	}
	__sync_fetch_and_add(&share->held, 1);
	/* Before it can be found: who sees no hashed ones does not look. */
	__sync_fetch_and_add(&shared.hashed, 1);
	if (!bpf_map_update_elem(&conns, &key, tracked, BPF_NOEXIST))
		return true;
	__sync_fetch_and_add(&shared.hashed, -1);
	__sync_fetch_and_add(&share->held, -1);
	return false;
}

static __always_inline void tracked_unhash(__u64 key)
{
	const struct tracked *tracked = bpf_map_lookup_elem(&conns, &key);
	struct share *share;

	if (!tracked)
		return;
	share = share_at(tracked->share);
	if (!bpf_map_delete_elem(&conns, &key)) {
		__sync_fetch_and_add(&shared.hashed, -1);
		__sync_fetch_and_add(&share->held, -1);
	}
}

/*
 * Of two CPUs that claim it at once each may see the other, and then neither has it; but never do
 * both see themselves alone. (An exchange would need instructions of Linux 5.12.) The key is looked
 * at once more because on a weakly ordered machine it may be given back a little after the claim.
 */
static __always_inline bool place_claim(struct place *place)
{
	volatile struct place *now = place;

	if (now->claims)
		return false;
	__sync_fetch_and_add(&place->claims, 1);
	if (now->claims == 1 && !now->key)
		return true;
	__sync_fetch_and_add(&place->claims, -1);
	return false;
}

/* As it begins. There must be none of that key. Returns whether there was room. */
static __always_inline bool tracked_add(__u64 key, struct tracked *tracked)
{
	struct place *place = place_of(key);

	if (!place || !place_claim(place)) {
		tracked->share = share_of(&tracked->attempt);
		return tracked_hash(key, tracked);
	}
	place->tracked = *tracked;
	place->key = key;
	return true;
}

static __always_inline void tracked_forget(__u64 key)
{
	struct place *place = place_of(key);

	if (place && place->key == key) {
		place->key = 0;
		__sync_fetch_and_add(&place->claims, -1);
	} else if (shared.hashed) {
		tracked_unhash(key);
	}
}

#endif
