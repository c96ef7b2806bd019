/* SPDX-License-Identifier: MIT */
/*
 * Tracked attempts, by address of their socket: from SYN_SENT to their last event.
 *
 * Most are over within milliseconds, and a hash map's insertion and deletion cost more than all the
 * rest of an event. So each has a slot of its own in a table; only if another attempt has taken
 * that is it kept in a hash map. Not in storage of the socket: that takes twice the memory, and is
 * not to be had before 5.11.
 *
 * The kernel changes a socket's state under the socket's lock, so the programs at the state changes
 * do not use an entry on two CPUs at once. The end of connect(2), the sweep and the iterator at the
 * start run without the lock: call_sent(), sweep() and pending_note() say why they may.
 *
 * Addresses are used again within milliseconds: an entry is overwritten at SYN_SENT and forgotten
 * at CLOSE. An attempt that the hash map has no room for is untracked: see untracked.bpf.h.
 */
#ifndef BPF_TRACKED_BPF_H
#define BPF_TRACKED_BPF_H

#include "bpf/maps.bpf.h"
#include "bpf/share.bpf.h"
#include "contract/stage.h"

/* An attempt, and the connection that it became. */
struct tracked {
	struct attempt attempt;
	__u64 result_ns;   /* when it became STAGE_CLOSED_IN_CALL or STAGE_ESTABLISHED; 0: unseen */
	__u64 stale_entry; /* the last entry that was in the socket's error queue before */
	__u32 retransmits; /* segments sent again that left this host, SYNs included */
	__u32 total_retrans;  /* as last seen: the kernel counts those that did not leave, too */
	__u16 soft_retrans;   /* total_retrans, of a SYN, when soft_error came */
	__u16 stale_segs;     /* segs_out that the socket had from an earlier use, its lower half */
	__u16 stale_port;     /* likewise its source port */
	__u16 stale_error;    /* likewise sk_err */
	__u16 share;	      /* of those in overflow: whose room it takes */
	__u8 stale_soft;      /* sk_err_soft of an earlier use; errnos are below 134 */
	__u8 soft_error;      /* the last sk_err_soft that was seen in this attempt */
	__u8 syn_retransmits; /* SYNs sent again that left; MAX_TCP_SYNCNT of net/tcp.h is 127 */
	__u8 stage;	      /* enum stage */
	__u8 reserved[2];
};

/*
 * The hash map adds 56 bytes and its allocator 8. With more than 256 in all, each entry takes 512.
 */
_Static_assert(sizeof(struct tracked) + 56 + 8 <= 256, "struct tracked has grown");

struct slot {
	__u64 key;	  /* the socket whose attempt is here; 0: the slot is free */
	__u64 n_claims;	  /* CPUs that try to take the slot; only one that sees 1 may */
	__u64 last_begun; /* the socket whose beginning an earlier copy of the program handled just
			     now, so that the next copy does not handle it again; 0: none */
	struct tracked tracked;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, struct slot);
} slots SEC(".maps") SHARED;

/* Entries that found their slot taken. Elements are allocated on demand; user space sets how many.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, OVERFLOW_MAX);
	__type(key, __u64);
	__type(value, struct tracked);
} overflow SEC(".maps") SHARED;

/* 2^32 divided by the golden ratio: Knuth's multiplicative hashing, TAOCP 6.4. */
static __always_inline __u32 slot_hash(__u64 key)
{
	return address_low(key) * 0x9e3779b1u;
}

static __always_inline __u32 slot_index(__u64 key)
{
	__u32 index = slot_hash(key) >> (32 - SLOT_BITS);

	return FAULT(CROWDED) ? index & 1 : index;
}

/* Never NULL, but the verifier does not know that. */
static __always_inline struct slot *slot_at(__u32 index)
{
	return bpf_map_lookup_elem(&slots, &index);
}

static __always_inline struct slot *slot_of(__u64 key)
{
	return slot_at(slot_index(key));
}

/* Bits of the hash that the index has not. */
static __always_inline __u8 slot_tag(__u64 key)
{
	return slot_hash(key) >> (24 - SLOT_BITS);
}

/*
 * The slot, if it is the socket's. Most sockets whose state changes have none, and a slot is rarely
 * in any cache; so a slot is looked into only if the socket that had it last has the same tag. The
 * tags take 4 KiB.
 */
static __always_inline struct slot *slot_find(__u64 key)
{
	__u32 index = slot_index(key);
	struct slot *slot;

	if (shared.slot_tags[index & (SLOTS - 1)] != slot_tag(key))
		return NULL;
	slot = slot_at(index);
	return slot && slot->key == key ? slot : NULL;
}

static __always_inline struct tracked *tracked_find(__u64 key)
{
	struct slot *slot = slot_find(key);

	if (slot)
		return &slot->tracked;
	return shared.n_overflow ? bpf_map_lookup_elem(&overflow, &key) : NULL;
}

/* tracked->share is set: whose room it takes. */
static __always_inline bool overflow_add(__u64 key, const struct tracked *tracked)
{
	struct share *share = share_at(tracked->share);

	if (!share_has_room(share, config.overflow_max)) {
		if (tracked->attempt.pid) /* else it is nobody's, of whom there is nothing to say */
			share_refused(share, &tracked->attempt);
		return false;
	}
	__sync_fetch_and_add(&share->held, 1);
	/* Before it can be found: who sees an empty map does not look. */
	__sync_fetch_and_add(&shared.n_overflow, 1);
	if (!bpf_map_update_elem(&overflow, &key, tracked, BPF_NOEXIST))
		return true;
	__sync_fetch_and_add(&shared.n_overflow, -1);
	__sync_fetch_and_add(&share->held, -1);
	return false;
}

static __always_inline void overflow_remove(__u64 key)
{
	const struct tracked *tracked = bpf_map_lookup_elem(&overflow, &key);
	struct share *share;

	if (!tracked)
		return;
	share = share_at(tracked->share);
	if (!bpf_map_delete_elem(&overflow, &key)) {
		__sync_fetch_and_add(&shared.n_overflow, -1);
		__sync_fetch_and_add(&share->held, -1);
	}
}

/*
 * Of two CPUs that claim it at once each may see the other, and then neither has it; but never do
 * both see themselves alone. (An exchange would need instructions of Linux 5.12.) The key is looked
 * at once more because on a weakly ordered machine it may be given back a little after the claim.
 */
static __always_inline bool slot_claim(struct slot *slot)
{
	volatile struct slot *now = slot;

	if (now->n_claims)
		return false;
	__sync_fetch_and_add(&slot->n_claims, 1);
	if (now->n_claims == 1 && !now->key)
		return true;
	__sync_fetch_and_add(&slot->n_claims, -1);
	return false;
}

/* As it begins. There must be none of that key. Returns whether there was room. */
static __always_inline bool tracked_add(__u64 key, struct tracked *tracked)
{
	__u32 index = slot_index(key);
	struct slot *slot = slot_at(index);

	if (!slot || !slot_claim(slot)) {
		tracked->share = share_of(&tracked->attempt);
		return overflow_add(key, tracked);
	}
	slot->tracked = *tracked;
	slot->key = key;
	shared.slot_tags[index & (SLOTS - 1)] = slot_tag(key);
	return true;
}

static __always_inline void tracked_forget(__u64 key)
{
	struct slot *slot = slot_find(key);

	if (slot) {
		slot->key = 0;
		__sync_fetch_and_add(&slot->n_claims, -1);
	} else if (shared.n_overflow) {
		overflow_remove(key);
	}
}

#endif
